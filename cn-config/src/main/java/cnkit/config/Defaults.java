package cnkit.config;

import java.util.ArrayList;

/** The lowest layer: what the schema itself says. */
final class Defaults {
  private Defaults() {}

  static Layer layer(Layout layout) {
    var layer = new Layer(layout);
    // lint has already tried every default, so what shaping finds here has been reported there
    var source = new TreeSource(layout, layer, new ArrayList<>(0), new ArrayList<>(0));
    for (Slot slot : layout.slots) {
      String text = slot.field.fallback();
      if (text != null && slot.isLeaf()) {
        source.put(slot, new Node.Text(text, Origin.DEFAULTED));
      }
    }
    return layer;
  }
}
