package cnkit.lifecycle;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is refused before anything starts, all at once and in words that say what to do. */
class BuilderTest {
  private static final Action NOTHING = () -> {};

  private static LifecycleBuilder builder() {
    return Lifecycle.builder();
  }

  private static String refused(LifecycleBuilder builder, LifecycleException.Reason reason) {
    LifecycleException thrown = assertThrows(LifecycleException.class, builder::build);
    assertEquals(reason, thrown.reason());
    return String.valueOf(thrown.getMessage());
  }

  private static String graph(LifecycleBuilder builder) {
    return refused(builder, LifecycleException.Reason.GRAPH);
  }

  @Test // case L2
  void aDependencyInALaterPhaseOfTheStartIsRefusedWithBothEdgesAndPhases() {
    String message = graph(builder()
        .component("store", NOTHING, NOTHING)
        .stopIn(Phase.STOP_INTAKE)
        .component("http", NOTHING, NOTHING)
        .dependsOn("store"));
    assertTrue(
        message.contains("http (stops in close) depends on store (stops in stop-intake)"), message);
  }

  @Test
  void aCycleOfComponentsIsRefusedWithItsPath() {
    String message = graph(builder()
        .component("a", NOTHING, NOTHING)
        .dependsOn("c")
        .component("b", NOTHING, NOTHING)
        .dependsOn("a")
        .component("c", NOTHING, NOTHING)
        .dependsOn("b")
        .component("d", NOTHING, NOTHING)
        .dependsOn());
    assertTrue(message.contains("a -> c -> b -> a"), message);
  }

  @Test
  void aComponentThatNeedsItselfIsACycleToo() {
    String message = graph(builder().component("a", NOTHING, NOTHING).dependsOn("a"));
    assertTrue(message.contains("a -> a"), message);
  }

  @Test
  void aCycleOfPhasesIsRefusedWithItsPath() {
    String message = graph(
        builder().phase(Phase.named("late", ofMillis(10)).after(Phase.CLOSE).before(Phase.DRAIN)));
    assertTrue(
        message.contains("phases wait for each other: late -> close -> drain -> late"), message);
  }

  @Test
  void unknownNamesAreRefusedAllAtOnce() {
    String message = graph(builder()
        .component("a", NOTHING, NOTHING)
        .dependsOn("nobody")
        .component("b", NOTHING, NOTHING)
        .stopIn("nowhere")
        .component("b", NOTHING, NOTHING));
    assertTrue(message.startsWith("the lifecycle has 3 problems"), message);
    assertTrue(message.contains("a depends on nobody, which does not exist"), message);
    assertTrue(message.contains("b cannot stop in phase nowhere"), message);
    assertTrue(message.contains("two components are named b"), message);
  }

  @Test
  void anUnknownPhaseIsRefused() {
    String message = graph(builder().phase(Phase.named("snapshot", ofMillis(10)).after("drian")));
    assertTrue(message.contains("phase snapshot names a phase drian"), message);
  }

  @Test // case L28
  void aPlanThatSumsToMoreThanItsGraceIsRefusedWithATable() {
    LifecycleBuilder builder = builder()
        .grace(ofSeconds(30))
        .propagation(ofSeconds(20))
        .closeBudget(ofSeconds(12))
        .flushBudget(ofSeconds(8));
    LifecycleException thrown = assertThrows(LifecycleException.class, builder::build);
    assertEquals(LifecycleException.Reason.BUDGET, thrown.reason());
    assertEquals(List.of("grace", "propagation"), thrown.problems().get(0).settings());
    assertTrue(String.valueOf(thrown.getMessage()).contains("= 40s of a grace of 30s"));
    assertTrue(thrown.table().matches("(?s).*= drain +-10s  must be above zero.*"), thrown.table());
    builder.lenient().build(); // warns
  }

  @Test
  void whatIsNotEvenATimeIsRefusedInLenientModeToo() {
    refused(builder().lenient().propagation(ofSeconds(-1)), LifecycleException.Reason.BUDGET);
    refused(builder().lenient().grace(Duration.ZERO), LifecycleException.Reason.BUDGET);
  }

  @Test
  void aPlanThatIsLongerThanThePlatformsGraceIsRefusedWithWhatToWrite() {
    String message = refused(
        builder().grace(ofSeconds(25)).preStop(ofSeconds(5)).platformGrace(ofSeconds(30)),
        LifecycleException.Reason.BUDGET);
    assertTrue(message.contains("write terminationGracePeriodSeconds: 32"), message);
    builder().grace(ofSeconds(25)).platformGrace(ofSeconds(27)).build();
  }

  @Test
  void aPreStopPauseReplacesThePropagation() {
    assertEquals(Duration.ZERO, builder().preStop(ofSeconds(5)).plan().propagation());
    assertEquals(ofSeconds(5), builder().plan().propagation());
    Lifecycle lifecycle = builder().preStop(ofSeconds(5)).build();
    assertEquals(32, lifecycle.podStanza().terminationGracePeriodSeconds());
  }

  @Test
  void everyProblemOfEveryKindIsInOneException() {
    LifecycleException thrown = assertThrows(
        LifecycleException.class,
        builder()
            .grace(ofSeconds(4))
            .phase(Phase.named("snapshot", ofMillis(10)).after("drian"))
            .component("a", NOTHING, NOTHING)
            .dependsOn("nobody")
            .startDeadline(Duration.ZERO)
            .preStop(ofMillis(1500))
            .propagation(ofSeconds(5))
            .flush("logs", NOTHING)
            .flush("logs", NOTHING)::build);
    assertEquals(6, thrown.problems().size(), thrown.getMessage());
    assertEquals(LifecycleException.Reason.BUDGET, thrown.reason());
    assertTrue(String.valueOf(thrown.getMessage()).contains(thrown.table()), thrown.getMessage());
  }

  @Test
  void anAdaptivePropagationNeedsSomethingToWatchAndAnIntervalThatFits() {
    String message = graph(builder().adaptivePropagation(ofSeconds(9), ofSeconds(5)));
    assertTrue(message.startsWith("the lifecycle has 2 problems"), message);
  }
}
