package cnkit.examples.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadmeTest {
  private static final Path ROOT = Path.of(System.getProperty("cn.root", "../.."));

  /** The imports that a page has no room for. */
  private static final String IMPORTS = """
      import cnkit.config.*;
      import cnkit.health.*;
      import cnkit.lifecycle.InFlight;
      import cnkit.lifecycle.WorkKind;
      import cnkit.lifecycle.Lifecycle;
      import cnkit.lifecycle.Token;
      import com.sun.net.httpserver.HttpServer;
      import java.lang.invoke.MethodHandles;
      import java.net.InetSocketAddress;
      import java.time.Duration;
      import java.util.Optional;
      """;

  @TempDir
  Path classes;

  @Test
  void theFirstExampleCompilesAndFitsOnAScreen() throws Exception {
    String readme = Files.readString(ROOT.resolve("README.md"));
    String fence = "```java\n";
    int begin = readme.indexOf(fence) + fence.length();
    String example = readme.substring(begin, readme.indexOf("```", begin));
    assertTrue(example.lines().count() <= 25, () -> example.lines().count() + " lines");

    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    JavaFileObject source =
        new SimpleJavaFileObject(URI.create("string:///Hello.java"), JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return IMPORTS + example;
          }
        };
    StringWriter messages = new StringWriter();
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    boolean compiled = compiler
        .getTask(
            messages,
            null,
            null,
            List.of("-proc:none", "-d", classes.toString(), "-classpath", classPath),
            null,
            List.of(source))
        .call();
    assertEquals("", messages.toString());
    assertTrue(compiled);
  }
}
