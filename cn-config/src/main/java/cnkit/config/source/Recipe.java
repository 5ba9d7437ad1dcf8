package cnkit.config.source;

import cnkit.config.Problem;
import cnkit.config.format.FileFormat;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where settings come from: what a builder was told, as values.
 *
 * @param arguments the arguments of {@code main}; null when flags are no source
 * @param environment the variables; null when they are no source
 * @param ofProcess whether those are this process's own
 * @param checks over the bound record
 * @param today null for today in UTC
 * @param offline whether this only rehearses a start elsewhere, so that files and converters may be missing here
 */
public record Recipe(
    @Nullable List<String> arguments,
    @Nullable Map<String, String> environment,
    boolean ofProcess,
    List<FileSource.Input> files,
    List<Mount> mounts,
    Map<String, FileFormat> formats,
    boolean strictEnvironment,
    boolean emptyEnvIsUnset,
    boolean secretFlags,
    List<Function<Object, List<Problem>>> checks,
    @Nullable LocalDate today,
    boolean offline) {
  /** A mounted directory, or its files given as values. */
  public record Mount(String name, @Nullable Path directory, Map<String, byte[]> files) {}
}
