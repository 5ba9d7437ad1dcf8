package cnkit.config.testing;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A directory that is written as the kubelet writes a ConfigMap or Secret. Each version is written to a directory of
 * its own, and the link {@code ..data} is moved to it in one step. Each file has a link, and the old version is
 * deleted at once.
 *
 * <pre>{@code
 * SimulatedVolume volume = SimulatedVolume.at(temporary.resolve("etc-app"));
 * volume.publish(Map.of("db.password", "first"));
 * Reloadable<Settings> live = builder.mounts(volume.directory()).reloadable();
 * volume.publish(Map.of("db.password", "second"));
 * live.poll();
 * }</pre>
 *
 * <p>Requires a file system with symbolic links. To be written by one thread at a time; any number of threads may
 * read.
 */
public final class SimulatedVolume {
  private static final String DATA = "..data";

  private final Path directory;
  private int version;

  private SimulatedVolume(Path directory) {
    this.directory = directory;
  }

  /**
   * An empty volume.
   *
   * @param directory where it is mounted; created when it is not there
   * @return the volume
   */
  public static SimulatedVolume at(Path directory) {
    try {
      Files.createDirectories(requireNonNull(directory, "directory"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var volume = new SimulatedVolume(directory);
    volume.publishBytes(Map.of());
    return volume;
  }

  /**
   * The mount point, for {@link cnkit.config.ConfigBuilder#mounts}.
   *
   * @return the directory
   */
  public Path directory() {
    return directory;
  }

  /**
   * Replaces the whole content in one step.
   *
   * @param files texts by their paths below the mount point; {@code db/url} is a file in a directory
   */
  public void publish(Map<String, String> files) {
    var contents = new TreeMap<String, byte[]>();
    for (Map.Entry<String, String> file : files.entrySet()) {
      contents.put(file.getKey(), file.getValue().getBytes(StandardCharsets.UTF_8));
    }
    publishBytes(contents);
  }

  /**
   * Replaces the whole content in one step.
   *
   * @param files bytes by their paths below the mount point
   */
  public void publishBytes(Map<String, byte[]> files) {
    try {
      Path link = directory.resolve(DATA);
      Path old =
          Files.isSymbolicLink(link) ? directory.resolve(Files.readSymbolicLink(link)) : null;
      version++;
      Path fresh = Files.createDirectory(directory.resolve("..2026_11_24_10_00_00." + version));
      Set<String> top = new TreeSet<>();
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        Path path = fresh.resolve(file.getKey());
        Files.createDirectories(path.getParent());
        Files.write(path, file.getValue());
        top.add(fresh.relativize(path).getName(0).toString());
      }
      Path next = directory.resolve("..data_tmp");
      Files.createSymbolicLink(next, fresh.getFileName());
      Files.move(next, link, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      for (String name : top) {
        Path visible = directory.resolve(name);
        if (!Files.exists(visible, LinkOption.NOFOLLOW_LINKS)) {
          Files.createSymbolicLink(visible, Path.of(DATA, name));
        }
      }
      removeLinksBut(top);
      if (old != null) {
        delete(old);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void removeLinksBut(Set<String> kept) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (!name.startsWith("..") && !kept.contains(name) && Files.isSymbolicLink(entry)) {
          Files.delete(entry);
        }
      }
    }
  }

  private static void delete(Path path) throws IOException {
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
        for (Path entry : entries) {
          delete(entry);
        }
      }
    }
    Files.delete(path);
  }
}
