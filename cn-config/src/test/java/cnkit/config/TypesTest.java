package cnkit.config;

import static cnkit.config.CaseSchema.env;
import static cnkit.config.CaseSchema.refused;
import static cnkit.config.CaseSchema.refusedOnce;
import static cnkit.config.CaseSchema.under;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.Period;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class TypesTest {
  @SuppressWarnings("ArrayRecordComponent") // a setting of bytes
  record All(
      byte b,
      short s,
      int i,
      long l,
      float f,
      double d,
      char c,
      boolean z,
      Byte boxedByte,
      Integer boxedInt,
      Boolean boxedBoolean,
      BigInteger bigInteger,
      BigDecimal bigDecimal,
      Duration duration,
      Period period,
      ByteSize byteSize,
      Percentage percentage,
      URI uri,
      HostPort hostPort,
      InetAddress inetAddress,
      Path path,
      Charset charset,
      Locale locale,
      ZoneId zoneId,
      Instant instant,
      LocalDate localDate,
      LocalTime localTime,
      UUID uuid,
      Pattern pattern,
      byte[] bytes) {}

  private static Map<String, String> good() {
    return env(
        "APP_B",
        "-128",
        "APP_S",
        "32767",
        "APP_I",
        "-2147483648",
        "APP_L",
        "9223372036854775807",
        "APP_F",
        "1.5",
        "APP_D",
        "-2.25",
        "APP_C",
        "x",
        "APP_Z",
        "true",
        "APP_BOXED_BYTE",
        "1",
        "APP_BOXED_INT",
        "2",
        "APP_BOXED_BOOLEAN",
        "false",
        "APP_BIG_INTEGER",
        "123456789012345678901",
        "APP_BIG_DECIMAL",
        "0.10",
        "APP_DURATION",
        "1h30m",
        "APP_PERIOD",
        "P1Y2M3D",
        "APP_BYTE_SIZE",
        "64KiB",
        "APP_PERCENTAGE",
        "12.5%",
        "APP_URI",
        "http://h/p",
        "APP_HOST_PORT",
        "h:1",
        "APP_INET_ADDRESS",
        "::1",
        "APP_PATH",
        "/a/b",
        "APP_CHARSET",
        "utf-8",
        "APP_LOCALE",
        "de-CH",
        "APP_ZONE_ID",
        "Europe/Zurich",
        "APP_INSTANT",
        "2026-01-31T12:00:00Z",
        "APP_LOCAL_DATE",
        "2026-01-31",
        "APP_LOCAL_TIME",
        "23:30",
        "APP_UUID",
        "123e4567-e89b-12d3-a456-426614174000",
        "APP_PATTERN",
        "a+",
        "APP_BYTES",
        "AQI=");
  }

  @Test
  void everyScalarHasItsForm() throws Exception {
    All all = under(All.class).environment(good()).load().value();
    assertEquals(-128, all.b());
    assertEquals(Long.MAX_VALUE, all.l());
    assertEquals('x', all.c());
    assertEquals(new BigDecimal("0.10"), all.bigDecimal());
    assertEquals(Duration.ofMinutes(90), all.duration());
    assertEquals(Period.of(1, 2, 3), all.period());
    assertEquals(new ByteSize(65536), all.byteSize());
    assertEquals(
        InetAddress.getByAddress(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}),
        all.inetAddress());
    assertEquals(StandardCharsets.UTF_8, all.charset());
    assertEquals(Locale.forLanguageTag("de-CH"), all.locale());
    assertEquals(LocalTime.of(23, 30), all.localTime());
    assertTrue(all.pattern().matcher("aa").matches());
    assertArrayEquals(new byte[] {1, 2}, all.bytes());
  }

  @Test
  void everyScalarRefusesWhatIsNotExactlyItsForm() {
    Map<String, List<String>> bad = Map.ofEntries(
        Map.entry("B", List.of("128", "1.0")),
        Map.entry("S", List.of("32768", "-")),
        Map.entry("I", List.of("2147483648", "1e3", "1_0", "١")),
        Map.entry("L", List.of("9223372036854775808", "1L")),
        Map.entry("F", List.of("1,5", "NaN", "1e99", "Infinity", "1f")),
        Map.entry("D", List.of("1e999", "0x1p3", "1d", " 1")),
        Map.entry("C", List.of("xy")),
        Map.entry("Z", List.of("yes", "1", "on", "t")),
        Map.entry("BIG_INTEGER", List.of("1.5", "+1")),
        Map.entry("BIG_DECIMAL", List.of("1,5", "x")),
        Map.entry("DURATION", List.of("1", "-1s", "P1D2", "1w1", "1 s")),
        Map.entry("PERIOD", List.of("1y", "PT1H")),
        Map.entry("BYTE_SIZE", List.of("64", "64k", "64kib", "-1B", "9999999PiB", "0.3B")),
        Map.entry("PERCENTAGE", List.of("12", "12,5%", "%")),
        Map.entry("URI", List.of("a b", "http://[")),
        Map.entry("HOST_PORT", List.of("h", "h:65536", "h:-1")),
        Map.entry("INET_ADDRESS", List.of("localhost", "1.2.3", "1.2.3.256", "::g")),
        Map.entry("PATH", List.of("a\0b")),
        Map.entry("CHARSET", List.of("utf-99", "?")),
        Map.entry("LOCALE", List.of("de_CH!", "x")),
        Map.entry("ZONE_ID", List.of("Mars/Base")),
        Map.entry("INSTANT", List.of("2026-01-31", "2026-01-31T12:00:00")),
        Map.entry("LOCAL_DATE", List.of("31.1.2026", "2026-02-30")),
        Map.entry("LOCAL_TIME", List.of("24:30", "9")),
        Map.entry("UUID", List.of("123e4567", "1-1-1-1-1")),
        Map.entry("PATTERN", List.of("(")),
        Map.entry("BYTES", List.of("A", "A=B=", "_-_-!")));
    bad.forEach((name, texts) -> {
      for (String text : texts) {
        Map<String, String> variables = good();
        variables.put("APP_" + name, text);
        List<Problem> problems = refused(under(All.class).environment(variables));
        assertEquals(1, problems.size(), () -> name + "=" + text + problems);
      }
    });
  }

  enum Tier {
    GOLD,
    SILVER_PLUS
  }

  record Limit(int rate, @Default("1s") Duration per, List<String> tags) {}

  record Maps(
      Map<Tier, Limit> tiers,
      Map<Integer, String> codes,
      Map<String, Integer> counts,
      Map<String, List<Integer>> lists,
      List<Limit> limits,
      Set<Tier> set,
      Optional<Limit> one) {}

  @Test
  void mapsHaveEnumIntegerAndTextKeysAndRecordsAsValues() {
    String json = """
        {"tiers": {"gold": {"rate": 1}, "silver-plus": {"rate": 2, "per": "2s", "tags": ["a"]}},
         "codes": {"404": "none"}, "counts": {"a.b": 1}, "lists": {"x": [1, 2]},
         "limits": [{"rate": 3}], "set": ["GOLD"]}
        """;
    Maps maps = under(Maps.class)
        .file("a.json", json)
        .environment(env("APP_TIERS__SILVER_PLUS__RATE", "9", "APP_CODES__500", "broken"))
        .load()
        .value();
    assertEquals(
        new Limit(9, Duration.ofSeconds(2), List.of("a")), maps.tiers().get(Tier.SILVER_PLUS));
    assertEquals(new Limit(1, Duration.ofSeconds(1), List.of()), maps.tiers().get(Tier.GOLD));
    assertEquals(Map.of(404, "none", 500, "broken"), maps.codes());
    assertEquals(Map.of("a.b", 1), maps.counts());
    assertEquals(List.of(1, 2), maps.lists().get("x"));
    assertEquals(Optional.empty(), maps.one());
  }

  @Test
  void theProblemsOfElementsHaveTheirOwnPathsAndPlaces() {
    List<Problem> problems = refused(under(Maps.class).file("a.json", """
        {"tiers": {"bronze": {"rate": 1}, "gold": {"rat": 2}},
         "codes": {"x": "none"},
         "limits": [{"rate": 3}, {"rate": "x", "per": 5}],
         "set": ["GOLD", "gold"],
         "one": {"per": "1s"}}
        """));
    var found = new LinkedHashMap<String, String>();
    for (Problem problem : problems) {
      found.put(problem.path(), problem.code() + " " + problem.origins().get(0));
    }
    assertEquals("TYPE a.json:2:17", found.get("codes.x"), problems::toString);
    assertEquals("TYPE a.json:3:35", found.get("limits.1.rate"));
    assertEquals("TYPE a.json:3:47", found.get("limits.1.per"));
    assertEquals("DUPLICATE a.json:4:18", found.get("set.1"));
    assertEquals("MISSING a.json:5:9", found.get("one.rate"));
    assertEquals("UNKNOWN a.json:1:51", found.get("tiers.gold.rat"));
    assertTrue(
        found.getOrDefault("tiers.gold.rate", "").startsWith("MISSING a.json:1:43"),
        problems::toString);
    assertTrue(
        found.getOrDefault("tiers.bronze", "").startsWith("TYPE a.json"), problems::toString);
    assertEquals(8, problems.size(), problems::toString);
  }

  @Test
  void twoSpellingsOfOneConstantAreOneKeyAndTwiceInOneSourceAProblem() {
    Problem twice = refusedOnce(under(Maps.class)
        .file("a.json", "{\"tiers\": {\"gold\": {\"rate\": 1},\n\"GOLD\": {\"rate\": 2}}}"));
    assertEquals(Problem.Code.DUPLICATE, twice.code());
    assertEquals(2, twice.origins().size());
    record Flags(Map<Tier, Boolean> flags) {}
    assertEquals(
        Map.of(Tier.SILVER_PLUS, true, Tier.GOLD, false),
        under(Flags.class)
            .file("a.json", "{\"flags\": {\"SILVER_PLUS\": false, \"Gold\": false}}")
            .environment(env("APP_FLAGS", "silver-plus=true"))
            .load()
            .value()
            .flags());
  }

  @Discriminator("kind")
  sealed interface Store permits Local, S3Bucket {}

  record Local(Path path) implements Store {}

  record S3Bucket(String bucket, @Default("eu") String region) implements Store {}

  record Stores(Store main, Optional<Store> backup) {}

  @Test
  void aSealedInterfaceIsChosenByItsDiscriminator() {
    Stores stores = under(Stores.class)
        .file("a.json", "{\"main\": {\"kind\": \"local\", \"path\": \"/x\"}}")
        .load()
        .value();
    assertEquals(new Stores(new Local(Path.of("/x")), Optional.empty()), stores);
    stores = under(Stores.class)
        .environment(env("APP_MAIN_KIND", "s3-bucket", "APP_MAIN_BUCKET", "b"))
        .load()
        .value();
    assertEquals(new S3Bucket("b", "eu"), stores.main());
    Problem wrong = refusedOnce(under(Stores.class).environment(env("APP_MAIN_KIND", "locl")));
    assertTrue(
        wrong.toString().contains("local, s3-bucket") && wrong.remedy().contains("local"),
        wrong::toString);
    Problem missing = refusedOnce(under(Stores.class).environment(env("APP_MAIN_BUCKET", "b")));
    assertEquals("main.kind", missing.path());
    Problem foreign = refusedOnce(under(Stores.class)
        .environment(env("APP_MAIN_KIND", "local", "APP_MAIN_PATH", "/x", "APP_MAIN_BUCKET", "b")));
    assertEquals(Problem.Code.MISPLACED, foreign.code());
  }
}
