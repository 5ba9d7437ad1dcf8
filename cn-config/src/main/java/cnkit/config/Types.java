package cnkit.config;

/** What the pure part of binding cannot do by itself, because it needs classes. */
interface Types {
  /** Stands for a value that was refused; its problem is already reported. */
  Object FAILED = new Object();

  /** Converts a text of one of the application's own types. */
  Conversion<?> custom(String type, String text);

  /** The constant of an enum. */
  Object constant(String type, String name);

  /** Calls a record's canonical constructor; whatever it throws comes back as {@link Thrown}. */
  Object construct(Shape.Group group, Object[] arguments);

  /** A constructor's refusal. */
  record Thrown(Throwable cause) {}
}
