package cnkit.config;

import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.config.processor.SettingsProcessor;
import cnkit.config.schema.Kind;
import cnkit.config.schema.SchemaResource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.annotation.processing.Processor;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Compiles sources as a user's build does, into a directory of its own. */
final class Javac {
  /** All that a schema usually needs. */
  static final String IMPORTS =
      "import cnkit.config.*; import java.util.*; import java.time.*; import java.net.*;\n";

  private final Path output;
  private final List<String> options = new ArrayList<>();
  private List<? extends Processor> processors = List.of(new SettingsProcessor());

  Javac(Path output) {
    this.output = output;
    options.addAll(List.of(
        "--release",
        "17",
        "-Xlint:all,-processing",
        "-d",
        output.toString(),
        "-classpath",
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
            + java.io.File.pathSeparator
            + output));
  }

  /** Without an annotation processor, as another build tool may do it. */
  Javac unprocessed() {
    processors = List.of();
    options.add("-proc:none");
    return this;
  }

  /** Finds processors by itself on the class path, through META-INF/services. */
  Javac discovering() {
    processors = List.of();
    return this;
  }

  Javac option(String option) {
    options.add(option);
    return this;
  }

  /** One problem that javac told: {@code ERROR 3: text}, the line counted from the first one of a source. */
  record Told(Diagnostic.Kind kind, long line, String text) {
    @Override
    public String toString() {
      return kind + " " + line + ": " + text;
    }
  }

  /** What javac says of one source in the package {@code demo}. */
  List<Told> tell(String source) {
    return tell(List.of(source));
  }

  List<Told> tell(List<String> sources) {
    JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
    var collector = new DiagnosticCollector<JavaFileObject>();
    try (StandardJavaFileManager files = javac.getStandardFileManager(collector, null, null)) {
      Files.createDirectories(output);
      var task = javac.getTask(
          null,
          files,
          collector,
          options,
          null,
          sources.stream().map(Source::of).toList());
      if (!processors.isEmpty()) {
        task.setProcessors(processors);
      }
      task.call();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return collector.getDiagnostics().stream()
        .map(told -> new Told(told.getKind(), told.getLineNumber(), told.getMessage(null)))
        .toList();
  }

  /** Compiles what must be without any remark. */
  Javac compile(String... sources) {
    List<Told> told = tell(Arrays.asList(sources));
    assertTrue(told.isEmpty(), told::toString);
    return this;
  }

  /** The classes that were compiled, and their resources. */
  ClassLoader loader() {
    try {
      return new URLClassLoader(new URL[] {output.toUri().toURL()}, Javac.class.getClassLoader());
    } catch (MalformedURLException e) {
      throw new IllegalStateException(e);
    }
  }

  Class<?> load(String name) {
    try {
      return Class.forName(name, false, loader());
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  /** The schema written for a record; null when there is none. */
  Path resource(String type) {
    return output.resolve(SchemaResource.location(type));
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    private Source(String name, String text) {
      super(URI.create("string:///demo/" + name + ".java"), Kind.SOURCE);
      this.text = text;
    }

    static Source of(String text) {
      String head = text.substring(0, text.indexOf("/*top*/"));
      String name = head.substring(head.lastIndexOf(' ') + 1);
      return new Source(name, "package demo; " + IMPORTS.replace("\n", "") + text);
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}
