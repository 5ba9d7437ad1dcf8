package cnkit.config.source;

import cnkit.config.Origin;
import cnkit.config.schema.Origins;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/*
 * The files that one loading reads, as they stood at one moment.
 *
 * The kubelet writes a volume into a new directory, moves the link "..data" onto it in one step, and only then removes
 * the old directory. So each such link is followed once, everything of that volume is read below where it led, and
 * whoever reads asks isStable() at the end: when no link has moved, nothing of it had been removed before, and all that
 * was read belongs together. When one has moved, everything is read anew from a fresh instance.
 *
 * What is read here is remembered, so that isCurrent() can tell later whether anything would be read differently.
 */
public final class Disk {
  /** Kubernetes limits a whole Secret or ConfigMap to this. */
  static final int LARGEST = 1 << 20;

  static final String DATA = "..data";

  /** A directory with a link {@code ..data}, and where the link led at first. */
  private final Map<Path, Path> volumes = new LinkedHashMap<>();

  /** Directories that are no volumes, so that they are asked once. */
  private final Map<Path, Boolean> plain = new HashMap<>();

  /** Files outside of volumes: their bytes, or why there are none. */
  private final Map<Path, Object> files = new LinkedHashMap<>();

  /** The names in directories that are not inside a volume. */
  private final Map<Path, Object> listings = new LinkedHashMap<>();

  /** The content of a file; the message of the exception is fit for a report. */
  byte[] read(Path file) throws IOException {
    Path inside = inside(file);
    if (inside != null) {
      return content(inside);
    }
    try {
      byte[] bytes = content(file);
      files.put(file, bytes);
      return bytes;
    } catch (IOException e) {
      files.put(file, reason(e));
      throw e;
    }
  }

  /** The names in a directory in their order, without the kubelet's own. */
  Set<String> list(Path directory) throws IOException {
    Path inside = inside(directory);
    if (inside != null) {
      return names(inside);
    }
    Set<String> names;
    try {
      names = visible(directory);
    } catch (IOException e) {
      listings.put(directory, reason(e));
      throw e;
    }
    listings.put(directory, names);
    return names;
  }

  boolean isDirectory(Path path) {
    Path inside = inside(path);
    return Files.isDirectory(inside == null ? path : inside);
  }

  /** Whether everything that was read of a volume was one state of it. */
  boolean isStable() {
    for (Map.Entry<Path, Path> volume : volumes.entrySet()) {
      if (!volume.getValue().equals(target(volume.getKey()))) {
        return false;
      }
    }
    return true;
  }

  /** The volumes that have moved since they were read. */
  List<Origin> swapped() {
    var swapped = new ArrayList<Origin>();
    for (Map.Entry<Path, Path> volume : volumes.entrySet()) {
      if (!volume.getValue().equals(target(volume.getKey()))) {
        swapped.add(Origins.mount(volume.getKey().toString()));
      }
    }
    return swapped;
  }

  /** Whether reading again would find the same: a link read for a volume, the content for everything else. */
  public boolean isCurrent() {
    if (!isStable()) {
      return false;
    }
    for (Map.Entry<Path, Object> listing : listings.entrySet()) {
      Object now;
      try {
        now = visible(listing.getKey());
      } catch (IOException e) {
        now = reason(e);
      }
      if (!now.equals(listing.getValue())) {
        return false;
      }
    }
    for (Map.Entry<Path, Object> file : files.entrySet()) {
      Object now;
      try {
        now = content(file.getKey());
      } catch (IOException e) {
        now = reason(e);
      }
      if (!same(now, file.getValue())) {
        return false;
      }
    }
    return true;
  }

  private static boolean same(Object now, Object before) {
    if (now instanceof byte[] bytes && before instanceof byte[] earlier) {
      return Arrays.equals(bytes, earlier);
    }
    return now.equals(before);
  }

  /** Files and directories outside of volumes, for whoever wants to know what can change. */
  Set<Path> outside() {
    var paths = new TreeSet<Path>(files.keySet());
    paths.addAll(listings.keySet());
    return paths;
  }

  /** Where a path leads inside the volume that holds it; null when none does. */
  private @Nullable Path inside(Path path) {
    Path absolute = path.toAbsolutePath();
    for (Path at = absolute; at != null; at = at.getParent()) {
      Path root = volume(at);
      if (root == null) {
        continue;
      }
      int from = at.getNameCount();
      if (from < absolute.getNameCount() && absolute.getName(from).toString().equals(DATA)) {
        from++;
      }
      if (from >= absolute.getNameCount()) {
        return null; // the volume's own directory, which may hold other mounts besides
      }
      Path inside = root.resolve(absolute.subpath(from, absolute.getNameCount()));
      // no file of the volume: another volume mounted onto a directory of this one
      boolean foreign = !Files.exists(inside, LinkOption.NOFOLLOW_LINKS)
          && !Files.isSymbolicLink(at.resolve(absolute.getName(from)));
      return foreign ? null : inside;
    }
    return null;
  }

  private @Nullable Path volume(Path directory) {
    Path known = volumes.get(directory);
    if (known != null || plain.containsKey(directory)) {
      return known;
    }
    Path target = target(directory);
    if (target == null) {
      plain.put(directory, true);
    } else {
      volumes.put(directory, target);
    }
    return target;
  }

  /** Where the link of a volume leads now; null when the directory is no volume. */
  private static @Nullable Path target(Path directory) {
    Path link = directory.resolve(DATA);
    try {
      return Files.isSymbolicLink(link) ? directory.resolve(Files.readSymbolicLink(link)) : null;
    } catch (IOException e) {
      return null;
    }
  }

  private Set<String> visible(Path directory) throws IOException {
    Set<String> names = new TreeSet<>();
    Path root = volume(directory.toAbsolutePath());
    if (root == null) {
      return names(directory);
    }
    for (String name : names(directory)) {
      if (!Files.isSymbolicLink(directory.resolve(name))) {
        names.add(name); // not the kubelet's link to a file of the volume
      }
    }
    names.addAll(names(root));
    return names;
  }

  private static Set<String> names(Path directory) throws IOException {
    Set<String> names = new TreeSet<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (!name.startsWith("..")) {
          names.add(name);
        }
      }
    } catch (java.nio.file.DirectoryIteratorException e) {
      throw e.getCause();
    }
    return names;
  }

  /** The bytes of a regular file. */
  public static byte[] content(Path file) throws IOException {
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

  public static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "no such file";
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof NotDirectoryException) {
      return "is no directory";
    }
    return e.getClass() == IOException.class && e.getMessage() != null
        ? e.getMessage()
        : "cannot be read";
  }
}
