package cnkit.config.source;

import cnkit.config.Origin;
import cnkit.config.Problem;
import cnkit.config.schema.Former;
import cnkit.config.schema.Layer;
import cnkit.config.schema.Node;
import cnkit.config.schema.Slot;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Settles what was found under former names, once every source is read. */
public final class Formers {
  private Formers() {}

  static void settle(
      List<Former> formers,
      List<Layer> layers,
      LocalDate today,
      List<Problem> problems,
      List<Problem> warnings) {
    for (int i = 0; i < formers.size(); i++) {
      Former former = formers.get(i);
      Slot slot = former.slot();
      Origin place = former.node().origin();
      Node current = current(former, formers.subList(0, i), layers);
      String until = slot.field.rules().until();
      if (current != null) {
        problems.add(new Problem(
            Problem.Code.RENAMED,
            slot.path,
            "also set under its former name " + former.name(),
            List.of(current.origin(), place),
            "remove " + former.name()));
      } else if (!until.isEmpty() && !today.isBefore(LocalDate.parse(until))) {
        problems.add(new Problem(
            Problem.Code.RENAMED,
            slot.path,
            "the former name " + former.name() + " ended on " + until,
            List.of(place),
            "rename it to " + renamed(slot, place)));
        former.layer().set(slot, new Node.Faulty(place));
      } else {
        warnings.add(new Problem(
            Problem.Code.RENAMED,
            slot.path,
            "set under its former name " + former.name()
                + (until.isEmpty() ? "" : ", refused from " + until),
            List.of(place),
            "rename it to " + renamed(slot, place)));
      }
    }
    for (Former former : formers) {
      if (former.layer().at(former.slot()) == null) {
        former.layer().set(former.slot(), former.node());
      }
    }
  }

  /** A value under the present name, or an earlier one under a former name of the same source. */
  private static @Nullable Node current(Former former, List<Former> earlier, List<Layer> layers) {
    for (Layer layer : layers) {
      Node node = layer.given(former.slot());
      if (node != null && !(node instanceof Node.Faulty)) {
        return node;
      }
    }
    for (Former other : earlier) {
      if (other.slot().index == former.slot().index && other.layer() == former.layer()) {
        return other.node();
      }
    }
    return null;
  }

  private static String renamed(Slot slot, Origin place) {
    return switch (place.channel()) {
      case ENVIRONMENT, ENVIRONMENT_FILE -> slot.env;
      case FLAG -> "--" + slot.path;
      default -> slot.path;
    };
  }
}
