package cnkit.lifecycle.process;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The operating system's signals, through {@code sun.misc.Signal}. By method handles: the compiler warns of every mention of
 * that class, the module that has it may be absent, and there is no other way to notice a second signal.
 */
public final class Signals implements AutoCloseable {
  private final Class<?> handlerType;
  private final MethodHandle newSignal;
  private final MethodHandle handle;
  private final Map<String, Object> previous = new LinkedHashMap<>();

  private Signals(Class<?> handlerType, MethodHandle newSignal, MethodHandle handle) {
    this.handlerType = handlerType;
    this.newSignal = newSignal;
    this.handle = handle;
  }

  /** What came of asking for the signals: the registration, or why there is none. */
  public record Installed(Optional<Signals> signals, String why) {}

  /** Handles these signals from now on, each on a thread that the JVM makes for it. */
  public static Installed install(Iterable<String> names, Consumer<String> heard) {
    Signals signals;
    try {
      ClassLoader loader = Signals.class.getClassLoader();
      Class<?> signal = Class.forName("sun.misc.Signal", true, loader);
      Class<?> handler = Class.forName("sun.misc.SignalHandler", true, loader);
      MethodHandles.Lookup lookup = MethodHandles.publicLookup();
      signals = new Signals(
          handler,
          lookup.findConstructor(signal, MethodType.methodType(void.class, String.class)),
          lookup.findStatic(signal, "handle", MethodType.methodType(handler, signal, handler)));
    } catch (ReflectiveOperationException | LinkageError e) {
      return new Installed(Optional.empty(), "this runtime image has no jdk.unsupported");
    }
    try {
      for (String name : names) {
        signals.hear(name, heard);
      }
      return new Installed(Optional.of(signals), "");
    } catch (Throwable e) {
      signals.close();
      // under -Xrs the JVM says: "Signal already used by VM or OS: SIGTERM"
      return new Installed(Optional.empty(), String.valueOf(e.getMessage()));
    }
  }

  private void hear(String name, Consumer<String> heard) throws Throwable {
    Object handler = Proxy.newProxyInstance(
        handlerType.getClassLoader() == null
            ? Signals.class.getClassLoader()
            : handlerType.getClassLoader(),
        new Class<?>[] {handlerType},
        (proxy, method, arguments) -> switch (method.getName()) {
          case "handle" -> {
            heard.accept(name);
            yield null;
          }
          case "equals" -> proxy == arguments[0];
          case "hashCode" -> System.identityHashCode(proxy);
          default -> "cn-lifecycle's handler of SIG" + name;
        });
    previous.put(name, handle.invoke(newSignal.invoke(name), handler));
  }

  /** Puts the previous handlers back. */
  @Override
  public void close() {
    previous.forEach((name, handler) -> {
      try {
        Object replaced = handle.invoke(newSignal.invoke(name), handler);
        assert replaced != null;
      } catch (Throwable e) {
        throw new IllegalStateException("SIG" + name + ": cannot put the handler back", e);
      }
    });
    previous.clear();
  }
}
