package cnkit.config.schema;

import cnkit.config.Origin;
import cnkit.core.internal.Pure;
import org.jspecify.annotations.Nullable;

/*
 * What one source says about every slot. Merging two layers is the whole of precedence; it is
 * associative and idempotent, so that the order in which layers are combined cannot matter.
 */
@Pure
public final class Layer {
  private final @Nullable Node[] nodes;

  /** Where the objects of a file begin, to say where a missing setting belongs; the last is the root's. */
  private final @Nullable Origin[] places;

  public Layer(Layout layout) {
    this(layout.slots.length);
  }

  private Layer(int slots) {
    this(new @Nullable Node[slots], new @Nullable Origin[slots + 1]);
  }

  private Layer(@Nullable Node[] nodes, @Nullable Origin[] places) {
    this.nodes = nodes;
    this.places = places;
  }

  /** What this layer says of a setting; null for nothing. */
  @Nullable
  public Node at(Slot slot) {
    return nodes[slot.index];
  }

  /** What a source says of a setting; null when only the schema does, or nobody. */
  @Nullable
  public Node given(Slot slot) {
    Node node = nodes[slot.index];
    return node == null || node.origin().channel() == Origin.Channel.DEFAULT ? null : node;
  }

  public void set(Slot slot, @Nullable Node node) {
    nodes[slot.index] = node;
  }

  /** Where the record that holds these slots begins in a file; null when no file has it. */
  @Nullable
  Origin place(@Nullable Slot record) {
    return places[record == null ? places.length - 1 : record.index];
  }

  void place(@Nullable Slot record, Origin origin) {
    places[record == null ? places.length - 1 : record.index] = origin;
  }

  public Layer copy() {
    return new Layer(nodes.clone(), places.clone());
  }

  /** The layer in which everything that {@code higher} sets hides what {@code lower} sets. */
  public static Layer merge(Layout layout, Layer higher, Layer lower) {
    var merged = new Layer(layout.slots.length);
    // hidden[i]: the higher layer nulls slot i or a record around it, so that nothing shows through
    // below
    var hidden = new boolean[layout.slots.length];
    for (Slot slot : layout.slots) {
      int i = slot.index;
      Node above = higher.nodes[i];
      Node below = lower.nodes[i];
      Slot parent = slot.parent;
      boolean covered = parent != null && hidden[parent.index];
      hidden[i] = covered || (!slot.isLeaf() && above != null);
      merged.nodes[i] = above == null
          ? (covered ? null : below)
          : below == null || covered ? above : Node.merge(above, below);
    }
    for (int i = 0; i < merged.places.length; i++) {
      Origin place = higher.places[i];
      merged.places[i] = place == null ? lower.places[i] : place;
    }
    return merged;
  }
}
