package cnkit.config.schema;

import cnkit.config.Conversion;
import java.lang.reflect.InvocationTargetException;

/** What the pure part of binding cannot do by itself, because it needs classes. */
public interface Types {
  /** Stands for a value that was refused; its problem is already reported. */
  Object FAILED = new Object();

  /** Converts a text of one of the application's own types. */
  Conversion<?> custom(String type, String text);

  /** The constant of an enum. */
  Object constant(String type, String name);

  /** Calls a record's canonical constructor; whatever that throws is the cause of the exception. */
  Object construct(Shape.Group group, Object[] arguments) throws InvocationTargetException;

  /** The setting that follows the file of its first content; just the value when there is no file. */
  Object rotating(Slot slot, Node.Bytes first, Object value);
}
