package cnkit.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.core.testing.VirtualTime;
import cnkit.health.testing.Kubelet;
import cnkit.health.testing.ScriptedCheck;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProbePlanTest {
  private final VirtualTime time = new VirtualTime();
  private final ScriptedCheck db = new ScriptedCheck(time);
  private final Heartbeat loop = Heartbeat.named("loop", Duration.ofSeconds(5));

  private Health health(double chance) {
    return Health.builder()
        .time(time)
        .executor(time.executor())
        .random(() -> chance)
        .check(Check.criticalAsync("db", db)
            .every(Duration.ofSeconds(4))
            .timeout(Duration.ofMillis(800))
            .failureThreshold(2))
        .check(Check.optional("cache", Verdict::up))
        .liveness(loop)
        .build();
  }

  @Test
  void theStanzaFitsTheRegistry() {
    ProbePlan plan = ProbePlan.fitting(health(0).report(), Duration.ofMillis(59_500));
    assertEquals("""
        startupProbe:
          httpGet: {path: /startupz, port: management}
          periodSeconds: 1
          timeoutSeconds: 1
          failureThreshold: 60
        livenessProbe:
          httpGet: {path: /livez, port: management}
          periodSeconds: 10
          timeoutSeconds: 1
          failureThreshold: 3
        readinessProbe:
          httpGet: {path: /readyz, port: management}
          periodSeconds: 4
          timeoutSeconds: 1
          failureThreshold: 3
        """, plan.stanza("management"));
    Health elsewhere = Health.builder().path(Probe.READY, "/health/ready").build();
    assertTrue(plan.stanza("8080", elsewhere::path)
        .contains("httpGet: {path: /health/ready, port: 8080}"));
    assertTrue(
        plan.stanza("8080", elsewhere::path).contains("httpGet: {path: /livez, port: 8080}"));
  }

  @Test
  void theTableSaysHowLongAFaultLasts() {
    Health health = health(0);
    ProbePlan plan = ProbePlan.fitting(health.report(), Duration.ofSeconds(60));
    assertEquals("""
        loop: restart within 37 s of a fault (check 6 s + kubelet 31 s)
        db: no traffic within 21.8 s of a fault (check 8.8 s + kubelet 13 s)
        """, plan.table(health.report()));
  }

  /** The arithmetic is a bound: no phase between fault, check and kubelet takes longer. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})
  void theKubeletActsWithinTheTimeThatThePlanSays(int phase) {
    Health health = health(phase / 12.0);
    ProbePlan plan = ProbePlan.fitting(health.report(), Duration.ofSeconds(60));
    Kubelet kubelet = new Kubelet(time, health, plan);
    kubelet.start();
    health.start();
    health.open();
    beatFor(Duration.ofSeconds(30).plusMillis(377L * phase));
    assertTrue(kubelet.isReady());
    assertFalse(kubelet.isKilled());
    if (phase % 2 == 0) {
      db.hangs();
    } else {
      db.answers(Verdict.down("refused"));
    }
    Duration ready = plan.evictions(health.report()).stream()
        .filter(e -> e.probe() == Probe.READY)
        .findFirst()
        .orElseThrow()
        .total();
    beatFor(ready);
    assertFalse(kubelet.isReady());
    assertFalse(kubelet.isKilled(), "a dead database restarts nobody");
    db.answers(Verdict.up());
    beatFor(Duration.ofSeconds(30));
    assertTrue(kubelet.isReady());

    loop.beat();
    Duration live = plan.evictions(health.report()).stream()
        .filter(e -> e.probe() == Probe.LIVE)
        .findFirst()
        .orElseThrow()
        .total();
    time.advance(Duration.ofSeconds(5));
    assertFalse(kubelet.isKilled());
    time.advance(live.minusSeconds(5));
    assertTrue(kubelet.isKilled());
  }

  private void beatFor(Duration duration) {
    for (long left = duration.toMillis(); left > 0; left -= 500) {
      loop.beat();
      time.advance(Duration.ofMillis(Math.min(left, 500)));
    }
  }

  @Test
  void aSlowStartIsSurvivedAndReadinessIsNotAskedBeforeIt() {
    Health health = health(0);
    Kubelet kubelet =
        new Kubelet(time, health, ProbePlan.fitting(health.report(), Duration.ofSeconds(60)));
    kubelet.start();
    health.start();
    time.advance(Duration.ofSeconds(55));
    assertTrue(kubelet.changes().isEmpty());
    health.open();
    beatFor(Duration.ofSeconds(6));
    assertEquals(Probe.STARTUP, kubelet.changes().get(0).probe());
    assertTrue(kubelet.isReady());

    Kubelet impatient = new Kubelet(
        time, Health.builder().build(), ProbePlan.fitting(health.report(), Duration.ofSeconds(3)));
    impatient.start();
    time.advance(Duration.ofSeconds(4));
    assertTrue(impatient.isKilled());
  }

  @Test
  void whatCannotWorkIsSaid() {
    Health health = Health.builder()
        .time(time)
        .executor(time.executor())
        .random(() -> 0)
        .check(Check.criticalAsync("slow", db)
            .every(Duration.ofMinutes(2))
            .timeout(Duration.ofSeconds(10)))
        .startup(Check.critical("migrated", Verdict::up).successThreshold(5))
        .build();
    db.takes(Duration.ofSeconds(6));
    health.start();
    time.advance(Duration.ofSeconds(10));
    ProbeTiming odd =
        new ProbeTiming(Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofSeconds(3), 3, 1);
    ProbePlan plan =
        new ProbePlan(odd, ProbeTiming.kubernetesDefaults(), ProbeTiming.kubernetesDefaults());
    List<String> warnings = plan.warnings(health.report());
    assertEquals(
        List.of(
            "startupz: the probe's timeout 3 s is longer than its period 2 s; lower timeoutSeconds",
            "slow: its timeout 10 s is longer than that of readyz (1 s); the probe does not wait for it, but learns of a"
                + " hang that much later",
            "slow: runs every 2 min, but readyz acts after 30 s: one failed run is counted 3 times; shorten .every(…)"
                + " or raise failureThreshold",
            "slow: its last run took 6 s of a timeout of 10 s; raise .timeout(…), or make the check cheaper",
            "migrated: needs up to 41 s to pass, but the pod is killed after 6 s; raise the startup probe's"
                + " failureThreshold"),
        warnings);
    assertTrue(plan.stanza("8080").contains("  initialDelaySeconds: 5\n"));
  }

  @Test
  void whatAPodMayNotSayIsRefused() {
    ProbeTiming fine = ProbeTiming.kubernetesDefaults();
    assertThrows(IllegalArgumentException.class, () -> fine.withPeriod(Duration.ofMillis(1500)));
    assertThrows(IllegalArgumentException.class, () -> fine.withPeriod(Duration.ZERO));
    assertThrows(IllegalArgumentException.class, () -> fine.withFailureThreshold(0));
    ProbeTiming twice =
        new ProbeTiming(Duration.ZERO, Duration.ofSeconds(1), Duration.ofSeconds(1), 1, 2);
    assertThrows(IllegalArgumentException.class, () -> new ProbePlan(fine, twice, fine));
  }
}
