package cnkit.examples.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The two images, built and run for real by deploy/container. */
@Tag("full")
class ContainerTest {
  @BeforeEach
  void onlyWithTheToolsAndAJdk25() {
    Machine.needs("buildah", "podman", "runc", "busybox", "curl");
    Machine.needsRoot();
    Machine.needsJdk(25);
  }

  @Test
  void bothImagesRunWithoutRootOnAReadOnlyRootWithinTheirMemoryAndDrainOnSigterm()
      throws Exception {
    Path log = Files.createTempFile("container", ".log");
    Process script = new ProcessBuilder("deploy/container", Machine.jdk(25).toString())
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
    boolean ended = script.waitFor(5, TimeUnit.MINUTES);
    script.destroyForcibly();
    String said = Files.readString(log, StandardCharsets.UTF_8);
    Files.delete(log);
    assertTrue(ended, said);
    assertEquals(0, script.exitValue(), said);
    System.out.print(said); // the sizes and memory figures of this machine
    for (String image : new String[] {"jdk", "small"}) {
      assertTrue(
          said.contains(
              "run: " + image + ", user 65532, read-only root, heap at most 128 MiB of 256"),
          said);
    }
  }
}
