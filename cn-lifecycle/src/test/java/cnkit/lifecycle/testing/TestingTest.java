package cnkit.lifecycle.testing;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.core.testing.VirtualTime;
import cnkit.lifecycle.Lifecycle;
import cnkit.lifecycle.PodStanza;
import cnkit.lifecycle.Report;
import cnkit.lifecycle.ShutdownPlan;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class TestingTest {
  private static final ShutdownPlan PLAN = ShutdownPlan.of(ofSeconds(25), ofSeconds(5));

  @Test
  void aShutdownWithTimeoutsTakesNoTimeAndTheSameTimeEachTime() {
    for (int i = 0; i < 20; i++) {
      try (var time = new VirtualTime()) {
        Scripted db = Scripted.named("db", time).startTakes(ofSeconds(1)).stopHangs();
        Scripted http = Scripted.named("http", time).stopTakes(ofMillis(1_300));
        Lifecycle lifecycle = Lifecycle.builder()
            .time(time)
            .propagation(ofSeconds(5))
            .component("db", db.start(), db.stop())
            .component("http", http.start(), http.stop())
            .build();
        lifecycle.start();
        Report report = lifecycle.shutdown("done");
        assertEquals(
            List.of(
                "0s start db",
                "1s start http",
                "6s stop http",
                "7.3s stop db",
                "8s interrupted db"),
            time.journal());
        assertEquals(81, report.exitCode());
        assertEquals(ofSeconds(8), time.elapsed());
      }
    }
  }

  @Test
  void whoWaitsForWhatCannotHappenIsTold() {
    try (var time = new VirtualTime()) {
      var never = new CompletableFuture<Boolean>();
      AssertionError error = assertThrows(AssertionError.class, () -> time.await(never));
      assertTrue(String.valueOf(error.getMessage()).startsWith("nothing is left"));
    }
  }

  @Property(tries = 300)
  void whatIsPrintedIsWhatIsAccepted(
      @ForAll @IntRange(min = 5, max = 600) int grace,
      @ForAll @IntRange(max = 3) int propagation,
      @ForAll @IntRange(max = 60) int preStop,
      @ForAll @IntRange(min = 1, max = 65_535) int port,
      @ForAll @IntRange(min = 1, max = 2_000) int startDeadline) {
    PodStanza stanza = PodStanza.of(ShutdownPlan.of(ofSeconds(grace), ofSeconds(propagation)))
        .withPreStop(ofSeconds(preStop))
        .withProbePort(port)
        .withStartDeadline(ofSeconds(startDeadline));
    PodManifest.assertMatches(stanza, stanza.toYaml());
    AssertionError longer = assertThrows(
        AssertionError.class,
        () ->
            PodManifest.assertMatches(stanza.withPreStop(ofSeconds(preStop + 1)), stanza.toYaml()));
    assertTrue(String.valueOf(longer.getMessage()).contains("preStop: expected a sleep of"));
  }

  private static final String MANIFEST = """
      apiVersion: apps/v1
      kind: Deployment
      spec:
        template:
          spec:
            terminationGracePeriodSeconds: 32 # 5 + 25 + 2
            containers:
              - name: orders
                image: orders:1.2.3
                lifecycle: {preStop: {exec: {command: ["sleep", "5"]}}}
                ports:
                  - {name: management, containerPort: 9090}
                startupProbe: {httpGet: {path: /startupz, port: management}, periodSeconds: 5, failureThreshold: 60}
                livenessProbe:
                  httpGet: {path: /livez, port: 9090}
                readinessProbe:
                  httpGet:
                    path: "/readyz"
                    port: 9090
      """;

  private static final PodStanza WITH_PRE_STOP =
      PodStanza.of(ShutdownPlan.of(ofSeconds(25), Duration.ZERO)).withPreStop(ofSeconds(5));

  @Test
  void aManifestInAnotherStyleIsUnderstood() {
    PodManifest.assertMatches(WITH_PRE_STOP, MANIFEST);
  }

  private static String wrong(String manifest) {
    return String.valueOf(
        assertThrows(AssertionError.class, () -> PodManifest.assertMatches(WITH_PRE_STOP, manifest))
            .getMessage());
  }

  @Test
  void everyDifferenceIsToldAtOnceWithTheStanzaAsItShouldBe() {
    String message = wrong(MANIFEST
        .replace("Seconds: 32", "Seconds: 30")
        .replace("\"sleep\", \"5\"", "\"/bin/stop\"")
        .replace("port: 9090}\n", "port: 8080}\n")
        .replace("\"/readyz\"", "/ready")
        .replace("failureThreshold: 60", "failureThreshold: 3"));
    for (String expected : List.of(
        "terminationGracePeriodSeconds: expected at least 32, got 30",
        "preStop: expected a sleep of 5 s, got something that is no sleep",
        "livenessProbe.httpGet.port: expected 9090, got 8080",
        "readinessProbe.httpGet.path: expected /readyz, got /ready",
        "expected at least 300 s, the start deadline, got 15 s",
        "expected:\nterminationGracePeriodSeconds: 32")) {
      assertTrue(message.contains(expected), () -> expected + " in " + message);
    }
    assertTrue(wrong(MANIFEST.replace("terminationGracePeriodSeconds", "# gone"))
        .contains("missing, which means 30"));
    assertTrue(wrong(MANIFEST.replace("livenessProbe:", "lifenessProbe:"))
        .contains("livenessProbe: missing"));
  }

  @Test
  void aPlanThatCoversWhatLoadBalancersNeedDropsNothing() {
    DeploySimulator.Result result = DeploySimulator.of(PLAN).schedules(40).run();
    assertEquals(0, result.dropped(), result::toString);
    assertEquals(0, result.killed());
    assertTrue(result.served() > 1_000 && result.elsewhere() > 300, result::toString);
  }

  @Test
  void aPlanWithoutPropagationDropsWhatLoadBalancersStillSend() {
    DeploySimulator.Result result = DeploySimulator.of(
            ShutdownPlan.of(ofSeconds(25), Duration.ZERO))
        .schedules(10)
        .run();
    assertTrue(result.unreachable() + result.refused() > 10, result::toString);
    DeploySimulator.Result again = DeploySimulator.of(ShutdownPlan.of(ofSeconds(25), Duration.ZERO))
        .schedules(10)
        .run();
    assertEquals(result, again, "the same seed gives the same schedules");
  }

  @Test
  void aPreStopPauseDoesWhatAPropagationDoes() {
    DeploySimulator.Result result = DeploySimulator.of(ShutdownPlan.of(ofSeconds(25), ofSeconds(1)))
        .preStop(ofSeconds(5))
        .schedules(20)
        .run();
    assertEquals(0, result.dropped(), result::toString);
  }

  @Test
  void requestsLongerThanTheDrainAreCutAndCounted() {
    DeploySimulator.Result result = DeploySimulator.of(ShutdownPlan.of(ofSeconds(6), ofSeconds(4)))
        .requestsTakeAtMost(ofSeconds(30))
        .schedules(5)
        .run();
    assertTrue(result.cut() > 10, result::toString);
    assertTrue(result.slowest().compareTo(ofSeconds(6)) <= 0, result::toString);
  }

  @Test
  void anAdaptivePropagationDropsNothingAndIsFasterThanTheFixedOne() {
    DeploySimulator.Result result = DeploySimulator.of(
            builder -> builder.adaptivePropagation(ofSeconds(2), ofSeconds(15)))
        .endpointsLearnWithin(ofSeconds(8))
        .schedules(20)
        .run();
    assertEquals(0, result.dropped(), result::toString);
    assertTrue(result.slowest().compareTo(ofSeconds(13)) < 0, result::toString);
  }
}
