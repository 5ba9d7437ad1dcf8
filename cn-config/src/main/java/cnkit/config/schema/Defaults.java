package cnkit.config.schema;

import java.util.ArrayList;

/** The lowest layer: what the schema itself says. */
public final class Defaults {
  private Defaults() {}

  static Layer of(Layout layout) {
    var layer = new Layer(layout);
    TreeSource source = null;
    for (Slot slot : layout.slots) {
      String text = slot.field.fallback();
      if (text != null && slot.isLeaf()) {
        var node = new Node.Text(text, Origins.DEFAULTED);
        if (slot.hasParts()) {
          // lint has already tried every default and has reported what shaping finds here
          source = source == null
              ? new TreeSource(layout, layer, new ArrayList<>(0), new ArrayList<>(0))
              : source;
          source.put(slot, node);
        } else {
          layer.set(slot, node);
        }
      }
    }
    return layer;
  }
}
