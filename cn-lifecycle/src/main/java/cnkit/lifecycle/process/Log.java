package cnkit.lifecycle.process;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one logger of this module, under the name of the class that its users know. */
public final class Log {
  public static final Logger LOG = LoggerFactory.getLogger("cnkit.lifecycle.Lifecycle");

  private Log() {}
}
