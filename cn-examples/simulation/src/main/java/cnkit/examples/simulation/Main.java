package cnkit.examples.simulation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Writes the report anew: {@code cn-examples/simulation/run}. */
public final class Main {
  private Main() {}

  /**
   * Simulates all storms, which takes some seconds.
   *
   * @param args the directory to write to
   * @throws IOException if it cannot be written
   */
  public static void main(String[] args) throws IOException {
    if (args.length != 1) {
      System.err.println("usage: cnkit.examples.simulation.Main DIRECTORY");
      return;
    }
    Path directory = Files.createDirectories(Path.of(args[0]));
    for (Map.Entry<String, String> file : Report.files().entrySet()) {
      Files.writeString(directory.resolve(file.getKey()), file.getValue());
    }
  }
}
