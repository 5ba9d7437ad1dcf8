package cnkit.examples.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names are unique over all modules, and the classes of a module form no large cycle. */
class StructureTest {
  private static final int LARGEST_CYCLE = 4;

  private static final JavaClasses VIOLATIONS =
      new ClassFileImporter().importPackages("cnkit.examples.architecture.fixture");

  @TempDir
  Path output;

  @Test
  void noTwoPublicTypesShareASimpleName() {
    assertEquals(Map.of(), twins(publicTypes()));
  }

  @Test
  void starImportsOfAllPackagesCompileWithAUseOfEachType() {
    assertEquals("", compile(publicTypes()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"core", "config", "health", "lifecycle", "resilience", "telemetry"})
  void noMoreThanFourClassesOfAModuleFormACycle(String module) {
    List<Set<String>> cycles = Cycles.among(Kit.CLASSES.stream()
        .filter(type -> (type.getPackageName() + ".").startsWith("cnkit." + module + "."))
        .toList());
    List<Set<String>> tooLarge =
        cycles.stream().filter(cycle -> cycle.size() > LARGEST_CYCLE).toList();
    assertEquals(List.of(), tooLarge);
  }

  @Test
  void theRulesBite() {
    List<JavaClass> twins = VIOLATIONS.stream()
        .filter(type -> type.getSimpleName().equals("Fixtures"))
        .toList();
    assertEquals(Set.of("Fixtures"), twins(twins).keySet());
    assertTrue(compile(twins).contains("ambiguous"));
    String ring = "cnkit.examples.architecture.fixture.Ring";
    assertEquals(
        List.of(Set.of(ring, ring + "2", ring + "3", ring + "4", ring + "5")),
        Cycles.among(VIOLATIONS.stream().toList()));
  }

  private static List<JavaClass> publicTypes() {
    Set<String> packages = Kit.MODULES.stream()
        .flatMap(module -> Kit.exported(module).stream())
        .collect(Collectors.toCollection(TreeSet::new));
    return Kit.visible(Kit.CLASSES, packages).stream()
        .filter(type -> type.getEnclosingClass().isEmpty())
        .filter(type -> !type.getSimpleName().equals("package-info"))
        .toList();
  }

  private static Map<String, List<String>> twins(List<JavaClass> types) {
    Map<String, List<String>> named = types.stream()
        .collect(Collectors.groupingBy(
            JavaClass::getSimpleName,
            TreeMap::new,
            Collectors.mapping(JavaClass::getName, Collectors.toList())));
    named.values().removeIf(same -> same.size() == 1);
    return named;
  }

  /** What the compiler says of a file that imports the packages of these types and uses each by its simple name. */
  private String compile(List<JavaClass> types) {
    StringBuilder text = new StringBuilder();
    types.stream()
        .map(JavaClass::getPackageName)
        .distinct()
        .forEach(name -> text.append("import ").append(name).append(".*;\n"));
    text.append("class User { Class<?>[] used = {\n");
    types.forEach(type -> text.append(type.getSimpleName()).append(".class,\n"));
    text.append("}; }");
    JavaFileObject source =
        new SimpleJavaFileObject(URI.create("string:///User.java"), JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
          }
        };
    StringWriter messages = new StringWriter();
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    List<String> options = List.of("-proc:none", "-d", output.toString(), "-classpath", classPath);
    boolean compiled = ToolProvider.getSystemJavaCompiler()
        .getTask(messages, null, null, options, null, List.of(source))
        .call();
    assertEquals(messages.toString().isEmpty(), compiled, messages::toString);
    return messages.toString();
  }
}
