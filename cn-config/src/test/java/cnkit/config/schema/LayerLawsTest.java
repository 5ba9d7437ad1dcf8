package cnkit.config.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cnkit.config.Origin;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/** Precedence is Layer.merge; these are its laws. */
class LayerLawsTest {
  record Inner(int x, List<String> list, Map<String, String> map) {}

  record Outer(
      String text, Optional<Inner> inner, Map<String, Map<String, String>> maps, Inner other) {}

  private static final Layout LAYOUT =
      Layout.of(new SchemaReader(Set.of(), new HashMap<>()).group(Outer.class), "");

  private static Origin origin(int n) {
    return Origins.file("f", n, 0);
  }

  @Provide
  Arbitrary<Node> nodes() {
    Arbitrary<Origin> origins = Arbitraries.integers().between(1, 9).map(LayerLawsTest::origin);
    Arbitrary<Node> leaves = origins.flatMap(at -> Arbitraries.of(
        new Node.Text("a", at),
        new Node.Text("b", at),
        new Node.Text("", at),
        new Node.Nil(at),
        new Node.Faulty(at),
        new Node.Arr(List.of(new Node.Text("i", at)), at)));
    return objects(Arbitraries.oneOf(leaves, objects(leaves)));
  }

  private static Arbitrary<Node> objects(Arbitrary<Node> members) {
    Arbitrary<Node> objects = Arbitraries.maps(Arbitraries.of("k", "l"), members)
        .ofMaxSize(2)
        .flatMap(map -> Arbitraries.of(true, false)
            .map(sole -> new Node.Obj(new LinkedHashMap<>(map), origin(1), sole, false)));
    return Arbitraries.oneOf(members, objects);
  }

  @Provide
  Arbitrary<Layer> layers() {
    return nodes().injectNull(0.4).list().ofSize(LAYOUT.slots.length).map(nodes -> {
      var layer = new Layer(LAYOUT);
      for (int i = 0; i < nodes.size(); i++) {
        Node node = nodes.get(i);
        layer.set(LAYOUT.slots[i], node);
        if (node != null) {
          layer.place(LAYOUT.slots[i], node.origin());
        }
      }
      return layer;
    });
  }

  private static List<Object> content(Layer layer) {
    var content = new ArrayList<Object>();
    for (Slot slot : LAYOUT.slots) {
      content.add(String.valueOf(layer.at(slot)));
      content.add(String.valueOf(layer.place(slot)));
    }
    return content;
  }

  private static Layer merge(Layer higher, Layer lower) {
    return Layer.merge(LAYOUT, higher, lower);
  }

  @Property(tries = 2_000)
  void precedenceIsAssociative(
      @ForAll("layers") Layer a, @ForAll("layers") Layer b, @ForAll("layers") Layer c) {
    assertEquals(sorted(merge(a, merge(b, c))), sorted(merge(merge(a, b), c)));
  }

  @Property
  void precedenceIsIdempotentAndNothingIsItsNeutralElement(@ForAll("layers") Layer a) {
    assertEquals(content(a), content(merge(a, a)));
    var nothing = new Layer(LAYOUT);
    assertEquals(content(a), content(merge(a, nothing)));
    assertEquals(content(a), content(merge(nothing, a)));
  }

  @Property
  void whatTheHigherLayerSaysIsWhatHolds(@ForAll("layers") Layer a, @ForAll("layers") Layer b) {
    Layer merged = merge(a, b);
    for (Slot slot : LAYOUT.slots) {
      Node above = a.at(slot);
      if (above != null && !(above instanceof Node.Obj)) {
        assertEquals(above, merged.at(slot));
      }
      if (above == null && !covered(slot, a)) {
        assertEquals(b.at(slot), merged.at(slot));
      }
    }
  }

  private static boolean covered(Slot slot, Layer above) {
    for (Slot at = slot.parent; at != null; at = at.parent) {
      if (above.at(at) != null) {
        return true;
      }
    }
    return false;
  }

  @Property
  void removingAShadowedValueChangesNothing(@ForAll("layers") Layer a, @ForAll("layers") Layer b) {
    List<Object> before = content(merge(a, b));
    for (Slot slot : LAYOUT.slots) {
      Node above = a.at(slot);
      boolean merges = above instanceof Node.Obj object && !object.sole();
      if ((above != null && !merges) || covered(slot, a)) {
        b.set(slot, null);
      }
    }
    List<Object> after = content(merge(a, b));
    assertEquals(before, after);
  }

  /** The keys of maps in their order, which depends on how layers are grouped and means nothing. */
  private static List<Object> sorted(Layer layer) {
    for (Slot slot : LAYOUT.slots) {
      layer.set(slot, sorted(layer.at(slot)));
    }
    return content(layer);
  }

  private static @Nullable Node sorted(@Nullable Node node) {
    if (!(node instanceof Node.Obj object)) {
      return node;
    }
    var members = new java.util.TreeMap<String, Node>();
    object.members().forEach((key, value) -> {
      Node below = sorted(value);
      members.put(key, below == null ? value : below);
    });
    return new Node.Obj(members, object.origin(), object.sole(), object.flat());
  }
}
