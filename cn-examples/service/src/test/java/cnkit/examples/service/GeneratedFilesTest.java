package cnkit.examples.service;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import cnkit.config.Config;
import cnkit.config.Reference;
import cnkit.config.testing.ConfigLint;
import cnkit.config.testing.GeneratedFiles;
import java.lang.invoke.MethodHandles;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What says how the service is configured is made from its settings; -Dcn.config.update=true writes it. */
class GeneratedFilesTest {
  private final Reference reference =
      Config.builder(Settings.class, MethodHandles.lookup()).noPrefix().reference();

  @Test
  void theDocumentsAreCurrent() {
    GeneratedFiles.assertCurrent(Path.of("docs/settings.md"), reference.markdown());
    GeneratedFiles.assertCurrent(Path.of(".env.example"), reference.envExample());
  }

  @Test
  void theManifestsAreCurrent() {
    Path docs = Path.of("docs/kubernetes");
    GeneratedFiles.assertCurrent(docs.resolve("configmap.yaml"), reference.configMap("orders"));
    GeneratedFiles.assertCurrent(docs.resolve("secret.yaml"), reference.secret("orders"));
    GeneratedFiles.assertCurrent(
        docs.resolve("container-env.yaml"), reference.containerEnv("orders", "orders"));
  }

  @Test
  void theSettingsAreSound() {
    ConfigLint.assertClean(Settings.class);
  }

  @Test
  void theSchemaIsPackedBesideTheSettings() {
    String schema = "/META-INF/cn-config/cnkit.examples.service.Settings.schema";
    assertNotNull(Settings.class.getResource(schema), schema);
  }
}
