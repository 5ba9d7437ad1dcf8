package cnkit.examples.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The six modules as the tests see them: their class files, and what their descriptors export. */
final class Kit {
  static final Path ROOT = Path.of(System.getProperty("cn.root", "../.."));
  static final List<String> MODULES =
      List.of("core", "config", "health", "lifecycle", "resilience", "telemetry");
  static final JavaClasses CLASSES = new ClassFileImporter()
      .withImportOption(new ImportOption.DoNotIncludeTests())
      .importPackages(MODULES.stream().map(module -> "cnkit." + module).toArray(String[]::new));

  private Kit() {}

  /** The packages that a module exports to everybody. */
  static Set<String> exported(String module) {
    // every module has its package-info, and all descriptors have one name: find it beside the
    // package
    String place = "cnkit/" + module + "/package-info.class";
    String found = String.valueOf(Kit.class.getClassLoader().getResource(place));
    URI descriptor =
        URI.create(found.substring(0, found.length() - place.length()) + "module-info.class");
    Set<String> packages = new TreeSet<>();
    try (InputStream bytes = descriptor.toURL().openStream()) {
      for (ModuleDescriptor.Exports exports : ModuleDescriptor.read(bytes).exports()) {
        if (!exports.isQualified()) {
          packages.add(exports.source());
        }
      }
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
    return packages;
  }

  /** The types of these packages that a user can name, nested ones included. */
  static List<JavaClass> visible(JavaClasses classes, Set<String> packages) {
    return classes.stream()
        .filter(type -> packages.contains(type.getPackageName()))
        .filter(type -> !type.isAnonymousClass() && !type.isLocalClass())
        .filter(Kit::nameable)
        .sorted((one, other) -> one.getName().compareTo(other.getName()))
        .toList();
  }

  static JavaClass topLevel(JavaClass type) {
    return type.getEnclosingClass().map(Kit::topLevel).orElse(type);
  }

  private static boolean nameable(JavaClass type) {
    Class<?> reflected = type.reflect();
    int modifiers = reflected.getModifiers();
    return (java.lang.reflect.Modifier.isPublic(modifiers)
            || java.lang.reflect.Modifier.isProtected(modifiers))
        && type.getEnclosingClass().map(Kit::nameable).orElse(true);
  }
}
