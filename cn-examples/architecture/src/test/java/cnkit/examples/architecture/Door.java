package cnkit.examples.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;

/** An operation that only one class of cn-core may do for the other modules. */
enum Door {
  /** AtomicState, AtomicWord, AtomicWords, Once. */
  ATOMIC {
    @Override
    boolean opens(JavaCodeUnitAccess<?> access) {
      boolean atomic =
          access.getTargetOwner().getPackageName().equals("java.util.concurrent.atomic")
              || access.getTargetOwner().isEquivalentTo(VarHandle.class);
      String name = access.getName();
      return atomic
          && (name.startsWith("compareAnd")
              || name.startsWith("weakCompareAnd")
              || Set.of(
                      "getAndSet",
                      "getAndUpdate",
                      "updateAndGet",
                      "getAndAccumulate",
                      "accumulateAndGet")
                  .contains(name));
    }
  },
  /** Time. */
  CLOCK {
    @Override
    boolean opens(JavaCodeUnitAccess<?> access) {
      return access.getTargetOwner().isEquivalentTo(System.class)
          && Set.of("nanoTime", "currentTimeMillis").contains(access.getName());
    }
  },
  /** HandOver, and Time for what runs on a thread of its own. */
  HAND_OVER {
    @Override
    boolean opens(JavaCodeUnitAccess<?> access) {
      JavaClass owner = access.getTargetOwner();
      String name = access.getName();
      return (owner.isAssignableTo(Executor.class)
              && (Set.of("execute", "submit", "invokeAll", "invokeAny").contains(name)
                  || name.startsWith("schedule")))
          || (owner.isEquivalentTo(CompletableFuture.class) && name.equals("delayedExecutor"))
          || (owner.isAssignableTo(Thread.class)
              && Set.of("<init>", "startVirtualThread").contains(name));
    }
  },
  /** Time. */
  WAITING {
    @Override
    boolean opens(JavaCodeUnitAccess<?> access) {
      JavaClass owner = access.getTargetOwner();
      return (owner.isEquivalentTo(Thread.class) && access.getName().equals("sleep"))
          || (owner.isEquivalentTo(LockSupport.class) && access.getName().startsWith("park"));
    }
  },
  /** Guarded and SafeText: what a foreign Throwable says of itself may throw, be endless or hold a secret. */
  FOREIGN_TEXT {
    @Override
    boolean opens(JavaCodeUnitAccess<?> access) {
      JavaClass owner = access.getTargetOwner();
      return owner.isAssignableTo(Throwable.class)
          && !owner.getPackageName().startsWith("cnkit")
          && Set.of("getMessage", "getLocalizedMessage", "toString", "printStackTrace")
              .contains(access.getName());
    }
  },
  /** JsonWriter. */
  JSON {
    @Override
    boolean opens(JavaClass type) {
      return strings(type).stream().anyMatch(text -> text.contains("{\"") || text.contains("\":"));
    }
  };

  boolean opens(JavaCodeUnitAccess<?> access) {
    return false;
  }

  boolean opens(JavaClass type) {
    return type.getCodeUnitAccessesFromSelf().stream().anyMatch(this::opens);
  }

  /** The top-level classes that do the operation themselves. */
  Set<String> openedBy(JavaClasses classes) {
    Set<String> names = new TreeSet<>();
    for (JavaClass type : classes) {
      if (!type.getPackageName().startsWith("cnkit.core") && opens(type)) {
        names.add(Kit.topLevel(type).getName());
      }
    }
    return names;
  }

  private static List<String> strings(JavaClass type) {
    String file = "/" + type.getName().replace('.', '/') + ".class";
    try (InputStream in = Door.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException(file + " is not on the class path");
      }
      return Strings.of(in);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
