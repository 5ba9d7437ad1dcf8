package cnkit.config.source;

import cnkit.config.Origin;
import cnkit.config.Problem;
import cnkit.config.format.FileFormat;
import cnkit.config.jackson.JacksonFormat;
import cnkit.config.schema.FlatTree;
import cnkit.config.schema.Former;
import cnkit.config.schema.Layer;
import cnkit.config.schema.Layout;
import cnkit.config.schema.Node;
import cnkit.config.schema.Origins;
import cnkit.config.schema.Slot;
import cnkit.config.schema.TreeSource;
import cnkit.config.text.Names;
import cnkit.config.text.Text;
import com.fasterxml.jackson.core.JsonFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Configuration files: which format a name means, and what each format's content means for the layer of the file. */
public final class FileSource {
  /** A file on disk, or one that was given as a value. */
  public sealed interface Input {
    /** The name by which reports call it. */
    String name();
  }

  public record OnDisk(Path path) implements Input {
    @Override
    public String name() {
      return path.toString();
    }
  }

  public record Given(String name, String content) implements Input {}

  private final Layout layout;
  private final Disk disk;
  private final Map<String, FileFormat> formats;
  private final List<Problem> problems;
  private final List<Problem> warnings;
  private final List<Former> formers;

  FileSource(
      Layout layout,
      Disk disk,
      Map<String, FileFormat> formats,
      List<Problem> problems,
      List<Problem> warnings,
      List<Former> formers) {
    this.layout = layout;
    this.disk = disk;
    this.formats = formats;
    this.problems = problems;
    this.warnings = warnings;
    this.formers = formers;
  }

  /** Whether a file holds variables rather than paths. */
  public static boolean isDotenv(Input input) {
    String file = fileName(input);
    return file.endsWith(".env") || file.startsWith(".env.");
  }

  private static String fileName(Input input) {
    if (input instanceof OnDisk onDisk) {
      Path last = onDisk.path().getFileName();
      return last == null ? "" : last.toString();
    }
    return input.name().substring(input.name().lastIndexOf('/') + 1);
  }

  private static String extension(Input input) {
    String file = fileName(input);
    return Names.lower(file.substring(file.lastIndexOf('.') + 1));
  }

  /** What one file says; {@code lower} is what lower layers say. */
  Layer read(Input input, Layer lower) {
    var layer = new Layer(layout);
    String text = text(input);
    if (text == null) {
      return layer;
    }
    if (isDotenv(input)) {
      variables(input.name(), text, layer, lower);
      return layer;
    }
    String extension = extension(input);
    FileFormat format = formats.get(extension);
    var source = new TreeSource(layout, layer, problems, formers);
    if (format == null && extension.equals("properties")) {
      var file = new FlatFile(input.name(), problems);
      PropertiesFile.read(text, file);
      var tree = new FlatTree(Origins.file(input.name(), 0, 0));
      for (FlatFile.Entry entry : file.entries) {
        tree.put(entry.key(), new Node.Text(entry.value(), entry.origin()));
      }
      source.fill(tree.tree());
      return layer;
    }
    if (format == null && extension.equals("json")) {
      format = JacksonFormat.of(new JsonFactory());
    }
    if (format == null) {
      problem(
          Problem.Code.UNREADABLE,
          "no format for \"" + Text.shown(extension) + "\" files",
          input,
          "use .json, .properties or .env, or register a format");
      return layer;
    }
    Node.Obj tree = TreeReader.read(input.name(), format, text, problems);
    if (tree != null) {
      source.fill(tree);
    }
    return layer;
  }

  private @Nullable String text(Input input) {
    if (input instanceof Given given) {
      return given.content();
    }
    byte[] bytes;
    try {
      bytes = disk.read(((OnDisk) input).path());
    } catch (IOException e) {
      problem(Problem.Code.UNREADABLE, Disk.reason(e), input, "");
      return null;
    }
    String text = MountSource.text(bytes);
    if (text == null) {
      problem(Problem.Code.ENCODING, "expected UTF-8 text, found other bytes", input, "");
    }
    return text;
  }

  private void variables(String name, String text, Layer layer, Layer lower) {
    var file = new FlatFile(name, problems);
    DotenvFile.read(text, file);
    var places = new HashMap<String, Origin>();
    Map<String, String> variables = new java.util.LinkedHashMap<>();
    for (FlatFile.Entry entry : file.entries) {
      places.put(entry.key(), entry.origin());
      variables.put(entry.key(), entry.value());
    }
    var reading = new Variables(false, false, disk, problems) {
      @Override
      Origin origin(@Nullable Slot slot, String variable) {
        return places.getOrDefault(variable, Origins.file(name, 0, 0));
      }

      @Override
      Origin fileOrigin(String variable) {
        return origin(null, variable);
      }
    };
    new EnvSource(layout, layer, reading, false, false, problems, warnings, formers)
        .fill(variables, lower);
  }

  private void problem(Problem.Code code, String message, Input input, String remedy) {
    problems.add(new Problem(code, "", message, List.of(Origins.file(input.name(), 0, 0)), remedy));
  }
}
