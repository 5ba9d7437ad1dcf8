package cnkit.config.schema;

/** Makes the settings that follow their files. The exported package has the one that does. */
public interface Rotations {
  /** A {@link Rotating} that begins with this value and looks at the file that the first content came from. */
  Object following(Slot slot, Node.Bytes first, Object value, Types types);
}
