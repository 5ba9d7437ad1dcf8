package cnkit.config.schema;

/** A value found under a setting's former name, to be placed once all sources are read. */
public record Former(Slot slot, String name, Node node, Layer layer) {}
