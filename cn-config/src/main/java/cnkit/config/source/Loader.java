package cnkit.config.source;

import cnkit.config.Problem;
import cnkit.config.ReloadEvent;
import cnkit.config.schema.Application;
import cnkit.config.schema.Binder;
import cnkit.config.schema.Former;
import cnkit.config.schema.Layer;
import cnkit.config.schema.Layout;
import cnkit.config.schema.Node;
import cnkit.config.schema.Schema;
import cnkit.config.schema.Slot;
import cnkit.config.schema.TreeSource;
import cnkit.config.schema.Types;
import cnkit.config.schema.Values;
import cnkit.config.show.Effective;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads all sources of a recipe and binds what they say. */
public final class Loader {
  /** How often everything is read anew when a volume was swapped under the reader. */
  private static final int ATTEMPTS = 20;

  private final Recipe recipe;
  private final Schema schema;
  private final Layout layout;

  public Loader(Recipe recipe, Schema schema) {
    this.recipe = recipe;
    this.schema = schema;
    this.layout = schema.layout();
  }

  /**
   * Reads until no volume was swapped meanwhile, and binds.
   *
   * @param running what settings keep that only a restart changes; null at the start
   * @param mountInfo tells of files that can never change; null when nobody follows them
   */
  public Loading load(Loading.@Nullable Loaded running, MountInfo.@Nullable Reader mountInfo) {
    if (!schema.problems().isEmpty()) {
      return new Loading.Rejected(schema.problems(), new Disk());
    }
    for (int attempt = 1; ; attempt++) {
      var sources = new Sources(new Disk());
      sources.read();
      if (sources.disk.isStable()) {
        if (mountInfo != null && !sources.disk.outside().isEmpty()) {
          sources.warnings.addAll(MountInfo.unchanging(mountInfo.read(), sources.disk.outside()));
        }
        return sources.bound(running);
      }
      if (attempt == ATTEMPTS) {
        return unsteady(sources.disk);
      }
    }
  }

  private static Loading unsteady(Disk disk) {
    String message = "changed each of the " + ATTEMPTS + " times that it was read";
    return new Loading.Unsteady(
        List.of(new Problem(Problem.Code.UNREADABLE, "", message, disk.swapped(), "")), disk);
  }

  /** One reading of all sources. */
  private final class Sources {
    final Disk disk;
    final List<Problem> problems = new ArrayList<>(0);
    final List<Problem> warnings = new ArrayList<>(0);
    private final List<Former> formers = new ArrayList<>(0);
    /** Lowest first. */
    private final List<Layer> layers = new ArrayList<>(4);

    private List<String> arguments = List.of();

    Sources(Disk disk) {
      this.disk = disk;
    }

    void read() {
      layers.add(schema.defaults());
      files();
      for (Recipe.Mount mount : recipe.mounts()) {
        mount(mount);
      }
      variables(recipe.environment());
      flags(recipe.arguments());
    }

    private void files() {
      if (!recipe.files().isEmpty()) {
        var source = new FileSource(layout, disk, recipe.formats(), problems, warnings, formers);
        for (FileSource.Input file : recipe.files()) {
          layers.add(source.read(file, merged()));
        }
      }
    }

    private void mount(Recipe.Mount mount) {
      var layer = new Layer(layout);
      var source = new MountSource(problems);
      Node.Obj tree = mount.directory() == null
          ? source.given(mount.name(), mount.files())
          : source.read(disk, mount.directory());
      new TreeSource(layout, layer, problems, formers).fill(tree);
      layers.add(layer);
    }

    private void variables(@Nullable Map<String, String> variables) {
      if (variables != null) {
        var layer = new Layer(layout);
        var reading = new Variables(recipe.ofProcess(), recipe.offline(), disk, problems);
        new EnvSource(
                layout,
                layer,
                reading,
                recipe.strictEnvironment(),
                recipe.emptyEnvIsUnset(),
                problems,
                warnings,
                formers)
            .fill(variables, merged());
        layers.add(layer);
      }
    }

    private void flags(@Nullable List<String> given) {
      if (given != null) {
        var layer = new Layer(layout);
        var source = new FlagSource(layout, recipe.secretFlags(), problems);
        source.fill(layer, given, formers);
        arguments = List.copyOf(source.arguments());
        layers.add(layer);
      }
    }

    private Layer merged() {
      Layer merged = layers.get(0);
      for (int i = 1; i < layers.size(); i++) {
        merged = Layer.merge(layout, layers.get(i), merged);
      }
      return merged;
    }

    Loading bound(Loading.@Nullable Loaded running) {
      if (!formers.isEmpty()) {
        LocalDate today = recipe.today();
        Formers.settle(
            formers,
            layers,
            today == null ? LocalDate.now(ZoneOffset.UTC) : today,
            problems,
            warnings);
      }
      Layer merged = merged();
      List<ReloadEvent.Change> waiting = List.of();
      if (running != null) {
        waiting = new ArrayList<>();
        merged = kept(merged, running, waiting);
      }
      if (recipe.offline()) {
        merged = schema.withoutCustom(merged);
      }
      var values = new Values(schema.types(), problems);
      Object bound = new Binder(layout, merged, values, schema.types(), problems).root();
      if (bound != Types.FAILED && problems.isEmpty() && !recipe.checks().isEmpty()) {
        new Application(layout, merged).run(recipe.checks(), bound, problems);
      }
      return bound == Types.FAILED || !problems.isEmpty()
          ? new Loading.Rejected(problems, disk)
          : new Loading.Loaded(bound, layout, layers, merged, arguments, warnings, waiting, disk);
    }

    /** The settings with those of the start where only a restart changes them; the difference is waiting. */
    private Layer kept(Layer now, Loading.Loaded running, List<ReloadEvent.Change> waiting) {
      Layer kept = now.copy();
      for (Slot slot : layout.slots) {
        if (slot.isRestartOnly()) {
          Node start = running.merged().at(slot);
          ReloadEvent.Change change = Effective.change(slot, start, now.at(slot));
          if (change != null) {
            waiting.add(change);
          }
          kept.set(slot, start);
          // the sources are the same ones in the same order, and explain reports what is in effect
          for (int i = 0; i < layers.size(); i++) {
            layers.get(i).set(slot, running.layers().get(i).at(slot));
          }
        }
      }
      return kept;
    }
  }
}
