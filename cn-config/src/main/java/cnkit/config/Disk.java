package cnkit.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** Reads small files that hold values, and never blocks on what only looks like one. */
final class Disk {
  /** Kubernetes limits a whole Secret or ConfigMap to this. */
  static final int LARGEST = 1 << 20;

  private Disk() {}

  /** The content of the file that a variable names, as a value; a problem when there is none to have. */
  static Node value(String path, String file, Origin origin, List<Problem> problems) {
    String refusal;
    try {
      return new Node.Bytes(read(Path.of(file)), file, origin);
    } catch (InvalidPathException e) {
      refusal = "not the path of a file";
    } catch (IOException e) {
      refusal = reason(e);
    }
    problems.add(new Problem(
        Problem.Code.UNREADABLE, path, Text.shown(file) + ": " + refusal, List.of(origin), ""));
    return new Node.Faulty(origin);
  }

  /** The bytes of a regular file; the message of the exception is fit for a report. */
  static byte[] read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) { // a FIFO would block, a directory has no bytes
      throw new IOException(
          Files.isDirectory(file)
              ? "is a directory"
              : Files.exists(file) ? "is no regular file" : "no such file");
    }
    if (Files.size(file) > LARGEST) {
      throw new IOException("is larger than 1 MiB");
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(LARGEST + 1);
      if (bytes.length > LARGEST) {
        throw new IOException("is larger than 1 MiB");
      }
      return bytes;
    }
  }

  static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "no such file";
    }
    if (e instanceof java.nio.file.AccessDeniedException) {
      return "permission denied";
    }
    return e.getClass() == IOException.class && e.getMessage() != null
        ? e.getMessage()
        : "cannot be read";
  }
}
