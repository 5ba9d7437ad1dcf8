package cnkit.examples.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.examples.architecture.fixture.Fixtures;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of the design that byte code can show. Each is stated once, for all modules. */
class ArchitectureTest {
  private static final List<String> CORES = List.of("config", "health", "lifecycle", "resilience");
  private static final JavaClasses KIT = Kit.CLASSES;
  private static final JavaClasses VIOLATIONS =
      new ClassFileImporter().importPackagesOf(Fixtures.class);

  /** What decides in each module; a class that loses its marker is a class that the rule no longer binds. */
  private static final Set<String> PURE = Set.of(
      "cnkit.config.schema.Declared",
      "cnkit.config.schema.FlatTree",
      "cnkit.config.schema.Layer",
      "cnkit.config.text.Names",
      "cnkit.config.text.Nearest",
      "cnkit.config.schema.Node",
      "cnkit.config.Report",
      "cnkit.config.schema.SchemaText",
      "cnkit.config.text.ServiceLinks",
      "cnkit.config.schema.Shape",
      "cnkit.config.source.Suspects",
      "cnkit.config.schema.Unfit",
      "cnkit.health.Aggregate",
      "cnkit.health.CheckRules",
      "cnkit.health.CheckState",
      "cnkit.health.Gate",
      "cnkit.health.HealthState",
      "cnkit.health.HeartbeatWatch",
      "cnkit.health.Negotiation",
      "cnkit.health.Observation",
      "cnkit.health.ProbePlan",
      "cnkit.health.RunPlan",
      "cnkit.health.Selection",
      "cnkit.lifecycle.Components",
      "cnkit.lifecycle.Phase",
      "cnkit.lifecycle.PhaseOrder",
      "cnkit.lifecycle.PodStanza",
      "cnkit.lifecycle.ReportOf",
      "cnkit.lifecycle.ShutdownOutcome",
      "cnkit.lifecycle.ShutdownPlan",
      "cnkit.lifecycle.WorkCounts",
      "cnkit.lifecycle.machine.Blueprint",
      "cnkit.lifecycle.machine.Budget",
      "cnkit.lifecycle.machine.Graph",
      "cnkit.lifecycle.machine.PhaseState",
      "cnkit.lifecycle.machine.QuietWatch",
      "cnkit.lifecycle.machine.ShutdownMachine",
      "cnkit.lifecycle.machine.ShutdownState",
      "cnkit.lifecycle.machine.UnitState",
      "cnkit.lifecycle.process.Diagnosis",
      "cnkit.resilience.Aimd",
      "cnkit.resilience.Backoff",
      "cnkit.resilience.BreakerRules",
      "cnkit.resilience.BreakerState",
      "cnkit.resilience.BudgetRule",
      "cnkit.resilience.CountWord",
      "cnkit.resilience.Gcra",
      "cnkit.resilience.RetryRule",
      "cnkit.resilience.ThrottleRule",
      "cnkit.resilience.RoundState",
      "cnkit.resilience.TokenBuckets",
      "cnkit.telemetry.HttpRules",
      "cnkit.telemetry.HttpUrl",
      "cnkit.telemetry.Redaction");

  @ParameterizedTest
  @ValueSource(strings = {"config", "health", "lifecycle", "resilience"})
  void aCoreKnowsNoOtherModuleOfTheKit(String core) {
    String[] others = CORES.stream()
        .filter(other -> !other.equals(core))
        .map(other -> "cnkit." + other + "..")
        .toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage("cnkit." + core + "..")
        .should()
        .dependOnClassesThat(resideInAnyPackage(others)
            .or(resideInAnyPackage("cnkit.telemetry..", "cnkit.examples..")))
        .check(KIT);
  }

  @Test
  void coreKnowsNoOtherModuleOfTheKit() {
    noClasses()
        .that()
        .resideInAPackage("cnkit.core..")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("cnkit..").and(not(resideInAPackage("cnkit.core.."))))
        .check(KIT);
  }

  @Test
  void openTelemetryIsKnownToCnTelemetryAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackage("cnkit.telemetry..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.opentelemetry..")
        .check(KIT);
  }

  @Test
  void jacksonIsKnownToCnConfigAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackage("cnkit.config..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.fasterxml..")
        .check(KIT);
  }

  @Test
  void theLibrariesNeedNothingButTheJdkAndTheirApis() {
    noClasses()
        .that()
        .resideInAPackage("cnkit..")
        .should()
        .dependOnClassesThat()
        .resideOutsideOfPackages(
            "",
            "cnkit..",
            "java..",
            "javax..",
            "com.sun.net.httpserver..",
            "com.sun.management..",
            "org.slf4j..",
            "org.jspecify..",
            "com.fasterxml.jackson..",
            "io.opentelemetry..")
        .check(KIT);
  }

  @Test
  void noPackageCycle() {
    slices()
        .assignedFrom(new Packages())
        .should()
        .beFreeOfCycles()
        // the factory of an interface names its implementation, which users cannot name
        .ignoreDependency("cnkit.core.Time", "cnkit.core.internal.SystemTime")
        .check(KIT);
  }

  /**
   * Packages, where the exported one of a module may be two: values that the unexported packages use as well, and the
   * facade over those packages, which none of them may know.
   */
  private static final class Packages implements SliceAssignment {
    private static final Set<String> INNER =
        Set.of("cnkit.config.schema", "cnkit.config.source", "cnkit.config.show");

    @Override
    public SliceIdentifier getIdentifierOf(JavaClass type) {
      return isFacade(type)
          ? SliceIdentifier.of(type.getPackageName(), "facade")
          : SliceIdentifier.of(type.getPackageName());
    }

    private static boolean isFacade(JavaClass type) {
      JavaClass outermost = type;
      while (outermost.getEnclosingClass().isPresent()) {
        outermost = outermost.getEnclosingClass().get();
      }
      return outermost.getPackageName().equals("cnkit.config")
          && outermost.getDirectDependenciesFromSelf().stream()
              .anyMatch(dependency -> INNER.contains(dependency.getTargetClass().getPackageName()));
    }

    @Override
    public String getDescription() {
      return "packages, facades apart";
    }
  }

  @Test
  void theProcessIsEndedByMainMethodsAndLoadOrExitOnly() {
    exits().check(KIT);
  }

  @Test
  void haltIsCalledInOneClass() {
    Set<String> halting = KIT.stream()
        .flatMap(type -> type.getMethodCallsFromSelf().stream())
        .filter(call -> call.getTargetOwner().isEquivalentTo(Runtime.class)
            && call.getTarget().getName().equals("halt"))
        .map(call -> call.getOriginOwner().getName())
        .collect(Collectors.toSet());
    assertEquals(1, halting.size(), () -> "Runtime.halt is called in " + halting);
  }

  @Test
  void whatDecidesIsPure() {
    pure().check(KIT);
  }

  @Test
  void whatDecidedPurelyStillCarriesTheMarker() {
    Set<String> marked = KIT.stream()
        .filter(ArchitectureTest::marked)
        .map(JavaClass::getName)
        .collect(Collectors.toSet());
    assertTrue(
        marked.containsAll(PURE),
        () -> "no longer marked @Pure: "
            + PURE.stream().filter(name -> !marked.contains(name)).toList());
  }

  @Test
  void theRulesBite() {
    assertThrows(AssertionError.class, () -> pure().check(VIOLATIONS));
    assertThrows(AssertionError.class, () -> exits().check(VIOLATIONS));
  }

  private static ArchRule pure() {
    DescribedPredicate<JavaClass> impure = describe(
        "impure",
        target ->
            resideInAnyPackage("java.util.concurrent..", "java.io..", "java.net..", "org.slf4j..")
                    .test(target)
                || Set.of(
                        "java.lang.System",
                        "java.lang.Thread",
                        "java.time.Clock",
                        "java.util.Random",
                        "cnkit.core.Time",
                        "cnkit.core.internal.AtomicState",
                        "cnkit.core.internal.AtomicWord",
                        "cnkit.core.internal.AtomicWords",
                        "cnkit.core.internal.HandOver",
                        "cnkit.core.internal.Listeners",
                        "cnkit.core.internal.Once")
                    .contains(target.getName()));
    ArchCondition<JavaClass> decideByTheirParametersAlone =
        new ArchCondition<>("decide by their parameters alone") {
          @Override
          public void check(JavaClass type, ConditionEvents events) {
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
              if (impure.test(dependency.getTargetClass())) {
                events.add(SimpleConditionEvent.violated(type, dependency.getDescription()));
              }
            }
            for (JavaCodeUnitAccess<?> access : type.getCodeUnitAccessesFromSelf()) {
              if (access.getName().equals("now")
                  && access.getTargetOwner().getPackageName().startsWith("java.time")) {
                events.add(SimpleConditionEvent.violated(type, access.getDescription()));
              }
            }
          }
        };
    return com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes()
        .that(describe("carry @Pure", ArchitectureTest::marked))
        .should(decideByTheirParametersAlone);
  }

  private static ArchRule exits() {
    return noClasses()
        .should()
        .callMethodWhere(describe(
            "System.exit outside main and loadOrExit",
            call -> call.getTargetOwner().isEquivalentTo(System.class)
                && call.getTarget().getName().equals("exit")
                && Arrays.stream(new String[] {"main", "loadOrExit"})
                    .noneMatch(call.getOrigin().getName()::equals)));
  }

  /** By its simple name, so that the fixtures can have it; what is nested in a marked class is bound with it. */
  private static boolean marked(JavaClass type) {
    return type.getAnnotations().stream()
            .anyMatch(annotation -> annotation.getRawType().getSimpleName().equals("Pure"))
        || type.getEnclosingClass().map(ArchitectureTest::marked).orElse(false);
  }
}
