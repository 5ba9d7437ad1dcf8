package cnkit.examples.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.config.Config;
import cnkit.health.ProbePlan;
import cnkit.health.ProbeTiming;
import cnkit.lifecycle.PodStanza;
import cnkit.lifecycle.ShutdownPlan;
import cnkit.lifecycle.testing.PodManifest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The manifests say what the code says, and nothing that Kubernetes does not know. */
class ManifestTest {
  private static final Path K8S = Path.of("k8s");
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<String, Class<?>> KINDS = Map.of(
      "ServiceAccount", ServiceAccount.class,
      "ConfigMap", ConfigMap.class,
      "Secret", Secret.class,
      "Deployment", Deployment.class,
      "Service", io.fabric8.kubernetes.api.model.Service.class,
      "PodDisruptionBudget", PodDisruptionBudget.class,
      "HorizontalPodAutoscaler", HorizontalPodAutoscaler.class,
      "NetworkPolicy", NetworkPolicy.class);

  @Test
  void everyFieldOfEveryManifestIsOneThatKubernetesKnows() throws Exception {
    int manifests = 0;
    for (Path file : manifests()) {
      for (JsonNode document : documents(Files.readString(file))) {
        strict(document);
        manifests++;
      }
    }
    assertEquals(6, manifests);
  }

  @Test
  void aMisspeltFieldAtAnyDepthIsFound() throws IOException {
    String deployment = Files.readString(K8S.resolve("base/deployment.yaml"));
    for (String field : List.of(
        "livenessProbe", "terminationGracePeriodSeconds", "maxSurge", "fieldPath", "sizeLimit")) {
      String misspelt = deployment.replace(field + ":", field.substring(1) + ":");
      assertFalse(misspelt.equals(deployment), field);
      AssertionError error = assertThrows(AssertionError.class, () -> {
        for (JsonNode document : documents(misspelt)) {
          strict(document);
        }
      });
      assertTrue(error.toString().contains(field.substring(1)), error.toString());
    }
  }

  @Test
  void theSettingsOfThePodsBindWithoutAProblem() throws IOException {
    assertEquals("base", settings().appEnv());
  }

  @Test
  void theGracePeriodHoldsThePauseTheProcessesBudgetAndAMargin() throws IOException {
    Duration preStop =
        Duration.ofSeconds(container().getLifecycle().getPreStop().getSleep().getSeconds());
    Settings settings = settings();
    PodManifest.assertMatches(
        PodStanza.of(ShutdownPlan.of(settings.shutdownGrace(), settings.propagationDelay()))
            .withPreStop(preStop),
        K8S.resolve("base/deployment.yaml"));
  }

  @Test
  void theProbesAreThoseThatFitTheChecks() throws IOException {
    ProbeTiming defaults = ProbeTiming.kubernetesDefaults();
    ProbePlan plan = new ProbePlan(
        defaults.withPeriod(Duration.ofSeconds(1)).withFailureThreshold(300),
        defaults,
        defaults.withPeriod(Duration.ofSeconds(5)).withFailureThreshold(2));
    JsonNode expected = YAML.readTree(plan.stanza("management"));
    JsonNode actual = YAML.readTree(Files.readString(K8S.resolve("base/deployment.yaml")))
        .at("/spec/template/spec/containers/0");
    for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
      assertEquals(expected.get(probe), actual.get(probe), probe);
    }
  }

  @Test
  void thePortsAreTheServices() throws IOException {
    Map<String, Integer> ports = new LinkedHashMap<>();
    container().getPorts().forEach(port -> ports.put(port.getName(), port.getContainerPort()));
    assertEquals(
        Map.of("http", settings().port(), "management", settings().managementPort()), ports);
  }

  @Test
  void thePodKeepsToTheRestrictedProfileAndItsMemoryIsLimited() throws IOException {
    PodSpec pod = pod();
    assertTrue(pod.getSecurityContext().getRunAsNonRoot());
    assertEquals("RuntimeDefault", pod.getSecurityContext().getSeccompProfile().getType());
    assertFalse(pod.getAutomountServiceAccountToken());
    assertFalse(pod.getEnableServiceLinks());
    Container container = container();
    assertFalse(container.getSecurityContext().getAllowPrivilegeEscalation());
    assertTrue(container.getSecurityContext().getReadOnlyRootFilesystem());
    assertEquals(
        List.of("ALL"), container.getSecurityContext().getCapabilities().getDrop());
    assertEquals(
        container.getResources().getRequests().get("memory"),
        container.getResources().getLimits().get("memory"));
  }

  @Tag("full")
  @ParameterizedTest
  @ValueSource(strings = {"base", "overlays/staging", "overlays/production"})
  void kustomizeBuildsWhatTheSettingsAccept(String directory) throws Exception {
    Machine.needs("kubectl");
    Process kustomize = new ProcessBuilder(
            "kubectl", "kustomize", K8S.resolve(directory).toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
    String built = new String(kustomize.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, kustomize.waitFor());
    List<String> kinds = new ArrayList<>();
    for (JsonNode document : documents(built)) {
      strict(document);
      kinds.add(document.get("kind").asText());
      if (document.get("kind").asText().equals("ConfigMap")) {
        Map<String, String> variables = JSON.convertValue(
            document.get("data"),
            JSON.getTypeFactory().constructMapType(Map.class, String.class, String.class));
        bind(variables);
      }
    }
    assertEquals(KINDS.keySet(), Set.copyOf(kinds));
  }

  private static List<Path> manifests() throws IOException {
    try (Stream<Path> files = Files.list(K8S.resolve("base"))) {
      return files
          .filter(file -> file.toString().endsWith(".yaml") && !file.endsWith("kustomization.yaml"))
          .sorted()
          .toList();
    }
  }

  private static List<JsonNode> documents(String yaml) throws IOException {
    try (MappingIterator<JsonNode> documents = YAML.readerFor(JsonNode.class).readValues(yaml)) {
      return documents.readAll();
    }
  }

  private static Deployment deployment() throws IOException {
    return YAML.readValue(K8S.resolve("base/deployment.yaml").toFile(), Deployment.class);
  }

  private static PodSpec pod() throws IOException {
    return deployment().getSpec().getTemplate().getSpec();
  }

  private static Container container() throws IOException {
    return pod().getContainers().get(0);
  }

  /** What the base's variables make of the settings, the password's file put where a test can have it. */
  private static Settings settings() throws IOException {
    Map<String, String> variables = new LinkedHashMap<>();
    for (String line : Files.readAllLines(K8S.resolve("base/orders.env"))) {
      int equals = line.indexOf('=');
      variables.put(line.substring(0, equals), line.substring(equals + 1));
    }
    return bind(variables);
  }

  private static Settings bind(Map<String, String> variables) {
    Map<String, String> here = new LinkedHashMap<>(variables);
    here.computeIfPresent(
        "DATABASE_PASSWORD_FILE",
        (name, mounted) -> K8S.resolve("base/database-password.example").toString());
    return Config.builder(Settings.class, MethodHandles.lookup())
        .noPrefix()
        .strictEnvironment()
        .environment(here)
        .check(Main::problems)
        .load()
        .value();
  }

  /** Parses into the model of Kubernetes and refuses what lands beside its fields, at any depth. */
  private static void strict(JsonNode document) throws ReflectiveOperationException {
    String kind = document.path("kind").asText();
    Class<?> type = KINDS.get(kind);
    assertTrue(type != null, () -> "unknown kind in " + document);
    known(kind, JSON.convertValue(document, type));
  }

  private static void known(String path, Object value) throws ReflectiveOperationException {
    if (value instanceof Collection<?> items) {
      int index = 0;
      for (Object item : items) {
        known(path + "[" + index++ + "]", item);
      }
    } else if (value instanceof Map<?, ?> entries) {
      for (Map.Entry<?, ?> entry : entries.entrySet()) {
        known(path + "." + entry.getKey(), entry.getValue());
      }
    } else if (value != null
        && value.getClass().getName().startsWith("io.fabric8.kubernetes.api.model")
        && !value.getClass().isEnum()) {
      for (Method getter : value.getClass().getDeclaredMethods()) {
        if (!getter.getName().startsWith("get") || getter.getParameterCount() > 0) {
          continue;
        }
        Object part = getter.invoke(value);
        if (getter.getName().equals("getAdditionalProperties")) {
          assertEquals(Map.of(), part, path + ": Kubernetes does not know these fields");
        } else {
          known(path + "." + getter.getName().substring(3), part);
        }
      }
    }
  }
}
