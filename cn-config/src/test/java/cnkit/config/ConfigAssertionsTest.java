package cnkit.config;

import static cnkit.config.testing.ConfigAssertions.assertDefault;
import static cnkit.config.testing.ConfigAssertions.assertMessage;
import static cnkit.config.testing.ConfigAssertions.assertRefused;
import static cnkit.config.testing.ConfigAssertions.assertRenamed;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.LocalDate;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigAssertionsTest {
  record Pool(
      @Default("10") @Range("1..50") int size,
      @Formerly("wait") @Default("1s") java.time.Duration timeout) {}

  private static ConfigBuilder<Pool> builder(String... variables) {
    return CaseSchema.under(Pool.class)
        .environment(Map.copyOf(CaseSchema.env(variables)))
        .today(LocalDate.of(2026, 1, 1));
  }

  @Test
  void aDefaultIsWhatTheSchemaWritesAndNobodySet() {
    assertDefault(builder().load(), "size", "10");
    assertThrows(AssertionError.class, () -> assertDefault(builder().load(), "size", "11"));
    assertThrows(
        AssertionError.class, () -> assertDefault(builder("APP_SIZE", "10").load(), "size", "10"));
  }

  @Test
  void aRenameIsBoundWithOneWarning() {
    assertRenamed(builder("APP_WAIT", "2s").load(), "APP_WAIT", "timeout");
    assertThrows(
        AssertionError.class,
        () -> assertRenamed(builder("APP_TIMEOUT", "2s").load(), "APP_WAIT", "timeout"));
  }

  @Test
  void aRefusalIsExactlyTheseProblems() {
    assertRefused(builder("APP_SIZE", "99", "APP_TIMEOUT", "x"), "size RANGE", "timeout TYPE");
    assertRefused(builder("APP_X", "1"), "UNKNOWN");
    assertMessage(builder("APP_SIZE", "99"), "size", "1..50");
    assertThrows(AssertionError.class, () -> assertRefused(builder("APP_SIZE", "99"), "size TYPE"));
    assertThrows(AssertionError.class, () -> assertRefused(builder()));
    assertThrows(
        AssertionError.class, () -> assertMessage(builder("APP_SIZE", "99"), "size", "1..51"));
  }
}
