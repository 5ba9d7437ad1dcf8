package cnkit.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.config.processor.SettingsProcessor;
import cnkit.config.schema.SchemaReader;
import cnkit.config.schema.SchemaResource;
import cnkit.config.schema.SchemaText;
import cnkit.config.schema.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.tools.Diagnostic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessorTest {
  @TempDir
  Path output;

  private Javac javac() {
    return new Javac(output);
  }

  /** The one thing that javac says, which must be on this line. */
  private void assertTold(Diagnostic.Kind kind, int line, String part, String source) {
    List<Javac.Told> told = javac().tell(source);
    assertEquals(1, told.size(), told::toString);
    assertEquals(kind, told.get(0).kind(), told::toString);
    assertEquals(line, told.get(0).line(), told::toString);
    assertTrue(told.get(0).text().contains(part), told::toString);
    assertEquals(
        kind == Diagnostic.Kind.ERROR, Files.notExists(javac().resource("demo.S")), "the resource");
  }

  private void assertError(int line, String part, String source) {
    assertTold(Diagnostic.Kind.ERROR, line, part, source);
  }

  // ---- what is refused, at the component

  @Test
  void aDefaultGoesThroughTheSameParserAsInput() {
    assertError(
        3, "timeout: @Default: \"30\": expected a duration with a unit; write 30s or 30ms", """
        record S/*top*/(
            @Default("8080") int port,
            @Default("30") Duration timeout) {}""");
    assertError(2, "expected a whole number", """
        record S/*top*/(
            @Default("99999999999") int port) {}""");
    assertError(2, "WRAN", """
        record S/*top*/(
            @Default("WRAN") Level level) { enum Level { WARN, INFO } }""");
    assertError(2, "hosts.1: @Default", """
        record S/*top*/(
            @Default("1,x") List<Integer> hosts) {}""");
  }

  @Test
  void aDefaultKeepsItsOwnRules() {
    assertError(3, "1..65535", """
        record S/*top*/(
            @Default("a") String a,
            @Default("0") @Range("1..65535") int port) {}""");
    assertError(2, "text that matches", """
        record S/*top*/(
            @Default("B") @Matches("[a-z]") String a) {}""");
    assertError(2, "2.. elements", """
        record S/*top*/(
            @Default("x") @Size("2..") List<String> a) {}""");
    assertError(2, "set but empty", """
        record S/*top*/(
            @Default("") String a) {}""");
  }

  @Test // case C4
  void namesThatMeetAreAnErrorAtOneOfThem() {
    assertError(5, "db.max-pool (component maxPool) and db-max.pool (component pool)", """
        record S/*top*/(
            Db db,
            Max dbMax) {
          record Db(@Default("1") int maxPool) {}
          record Max(@Default("2") int pool) {} }""");
    assertError(2, "TLS_FILE", """
        record S/*top*/(
            String tls,
            @Default("a") String tlsFile) {}""");
    assertError(2, "--no-debug", """
        record S/*top*/(
            @Default("false") boolean debug,
            @Default("false") boolean noDebug) {}""");
    assertError(3, "HOSTS_0", """
        record S/*top*/(
            @Key("hosts-0") String first,
            List<String> hosts) {}""");
    assertError(2, "former name old", """
        record S/*top*/(
            @Formerly("old") String a,
            @Formerly("old") String b) {}""");
  }

  @Test
  void aRuleThatNamesNothingOrAdmitsNothingIsAnError() {
    assertError(2, "\"nothing\" is no setting of S", """
        record S/*top*/(
            @RequiredWith("nothing") Optional<String> a) {}""");
    assertError(2, "is the setting itself", """
        record S/*top*/(
            @RequiredWith("a") Optional<String> a) {}""");
    assertError(3, "expects true or false", """
        record S/*top*/(
            @Default("true") boolean tls,
            @RequiredIf(key = "tls", is = "maybe") Optional<String> a) {}""");
    assertError(2, "admits nothing", """
        record S/*top*/(
            @Range("10..1") int a) {}""");
    assertError(2, "@Range does not fit", """
        record S/*top*/(
            @Range("1..2") String a) {}""");
    assertError(2, "@Size does not fit", """
        record S/*top*/(
            @Size("1..2") int a) {}""");
    assertError(2, "@Matches", """
        record S/*top*/(
            @Matches("[") String a) {}""");
    assertError(2, "@AllowBlank does not fit", """
        record S/*top*/(
            @AllowBlank int a) {}""");
    assertError(2, "expected a date", """
        record S/*top*/(
            @Formerly(value = "b", until = "soon") int a) {}""");
    assertError(1, "is no Optional setting of S", """
        @ExactlyOneOf({"a", "b"}) record S/*top*/(
            Optional<String> a) {}""");
    assertError(2, "a secret must not have a default", """
        record S/*top*/(
            @Default("x") Secret<String> a) {}""");
    assertError(2, "makes Optional pointless", """
        record S/*top*/(
            @Default("x") Optional<String> a) {}""");
    assertError(2, "--help prints the reference", """
        record S/*top*/(
            @Default("x") String help) {}""");
    assertError(2, "lower-case words", """
        record S/*top*/(
            @Key("Max_Pool") String a) {}""");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Object",
        "int[]",
        "String[]",
        "URL",
        "Optional<Optional<String>>",
        "Map<Double, String>",
        "List<?>",
        "Set",
        "Secret<List<String>>",
        "Comparable<String>",
        "S",
        "OptionalInt",
        "java.io.File",
        "Iterable<String>",
        "Runtime.Version[]",
        "InetSocketAddress",
        "List<Kind>"
      })
  void aTypeThatCannotBeASettingIsAnError(String type) {
    assertError(3, "", """
        record S/*top*/(
            @Default("1") int b,
            TYPE a) { sealed interface Kind { record A(int x) implements Kind {} } }""".replace("TYPE", type));
  }

  @Test
  void aProblemInsideANestedRecordIsToldOnceAtItsOwnComponent() {
    List<Javac.Told> told = javac().tell("""
        record S/*top*/(
            A a, List<A> more, Optional<B> b) {
          record A(
            @Default("x") int wrong) {}
          record B(A again,
            @Default("y") int bad) {}
        }""");
    assertEquals(2, told.size(), told::toString);
    assertEquals(Set.of(4L, 6L), Set.of(told.get(0).line(), told.get(1).line()), told::toString);
  }

  @Test
  void aRecordOfAnEarlierCompilationIsPointedAtFromTheComponentThatHoldsIt() {
    javac().unprocessed().compile("public record Old/*top*/(@Default(\"x\") int wrong) {}");
    List<Javac.Told> told = javac().tell("""
        record S/*top*/(
            @Default("1") int a,
            Old old) {}""");
    assertEquals(1, told.size(), told::toString);
    assertEquals(3, told.get(0).line(), told::toString);
    assertTrue(told.get(0).text().contains("old.wrong: @Default"), told::toString);
  }

  @Test
  void anAnnotationOnATypeThatHasNoUseForItIsAnError() {
    for (String type : List.of(
        "@ExactlyOneOf({\"a\", \"b\"}) final class S/*top*/ {}",
        "@Discriminator(\"kind\") record S/*top*/(int a) {}",
        "@Key(\"a\") enum S/*top*/ { A }")) {
      List<Javac.Told> told = javac().tell(type);
      assertEquals(1, told.size(), told::toString);
      assertEquals(Diagnostic.Kind.ERROR, told.get(0).kind());
    }
  }

  // ---- what deserves a second look

  @ParameterizedTest
  @ValueSource(strings = {"password", "dbPassword", "apiKey", "token", "clientSecret"})
  void aSecretThatIsTextIsAWarning(String name) {
    assertTold(Diagnostic.Kind.WARNING, 3, "make it Secret<String>", """
        record S/*top*/(
            @Default("1") int a,
            String NAME) {}""".replace("NAME", name));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Secret<String> password",
        "URI tokenUrl",
        "String passwordPolicy",
        "String tokenizer",
        "int token",
        "@SuppressWarnings(\"cn-config\") String password"
      })
  void whatIsNoSecretInTheOpenIsNoWarning(String component) {
    javac().compile("record S/*top*/(@Default(\"1\") int a, " + component + ") {}");
  }

  // ---- silence

  @Test
  void nothingIsSaidWhenThereIsNothingToSay() {
    javac()
        .option("-Werror")
        .compile(
            """
            record S/*top*/(
                @Doc("port") @Default("8080") @Range("0..65535") int port, Inner inner) {
              record Inner(@Default("1s") Duration timeout, Secret<String> password) {}
            }""",
            "final class Other/*top*/ { record Data(Object anything, int[] numbers) {} }",
            // holds settings beside what could never be one: an application's own record
            "record Context/*top*/(S settings, Thread thread, Map<Object, Object> things) {}");
    assertTrue(Files.exists(javac().resource("demo.S")));
    assertTrue(Files.exists(javac().resource("demo.S$Inner")));
    assertFalse(Files.exists(javac().resource("demo.Other$Data")));
  }

  @Test
  void itClaimsItsOwnAnnotationsAndNoOthers() throws Exception {
    var own = new HashSet<String>();
    Path classes =
        Path.of(Config.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (var files = Files.list(classes.resolve("cnkit/config"))) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(".class") && !name.contains("$") && !name.equals("package-info.class")) {
          Class<?> type = Class.forName("cnkit.config." + name.substring(0, name.length() - 6));
          if (type.isAnnotation() && java.lang.reflect.Modifier.isPublic(type.getModifiers())) {
            own.add(type.getName());
          }
        }
      }
    }
    assertEquals(own, new SettingsProcessor().getSupportedAnnotationTypes());
  }

  @Test
  void javacFindsItOnTheClassPathByItself() {
    var javac = javac().discovering();
    if (Runtime.version().feature() >= 23) {
      javac.option("-proc:full");
    }
    List<Javac.Told> told = javac.tell("record S/*top*/(@Default(\"x\") int a) {}");
    assertTrue(
        told.stream().anyMatch(t -> t.text().contains("cn-config: a: @Default")), told::toString);
  }

  @Test
  void aClassThatIsMissingIsJavacsToReport() {
    List<Javac.Told> told = javac().tell("record S/*top*/(@Default(\"1\") int a, Missing b) {}");
    assertTrue(told.stream().noneMatch(t -> t.text().contains("cn-config")), told::toString);
    assertFalse(told.isEmpty());
  }

  // ---- the resource

  /** One of everything. */
  static final String CORPUS = """
      /** Documented. */
      @Doc("All, \\\\ with\\nlines; \\"quotes\\" and ünïcödé \\ud83d\\ude00")
      @ExactlyOneOf({"one", "two"})
      public record S/*top*/(
          @Default("8080") @Range("1..65535") @Doc("the port") int port,
          byte b, short s, long l, float f, double d, char c, boolean flag,
          Byte bb, Short ss, Integer ii, Long ll, Float ff, Double dd, Character cc, Boolean bool,
          java.math.BigInteger bigInteger, java.math.BigDecimal bigDecimal,
          @Default("5s") @Range("1s..") Duration timeout, Period period,
          @Default("1MiB") ByteSize size, Percentage percentage, URI uri, HostPort address,
          InetAddress ip, java.nio.file.Path path, java.nio.charset.Charset charset, Locale locale,
          ZoneId zone, Instant instant, LocalDate date, LocalTime time, UUID uuid,
          java.util.regex.Pattern pattern, byte[] bytes,
          @AllowBlank @Default("") String blank, @Default("") @Size("0..3") List<String> hosts,
          Set<Integer> ports, Map<String, String> labels, Map<Level, List<Duration>> perLevel,
          Map<Integer, Inner> numbered, List<Inner> inners, Inner inner, Optional<Inner> maybe,
          @Default("info") Level level, DayOfWeek day, Secret<String> password,
          Rotating<Secret<String>> rotating, @RestartOnly Rotating<Integer> turning,
          Optional<Secret<URI>> secretUri, List<Secret<String>> tokens, Secret<byte[]> key,
          Optional<String> one, Optional<Integer> two,
          @Formerly(value = "older", until = "2030-01-31") @Matches("[a-z\\n\\\\\\\\]*") String renamed,
          @RequiredWith({"one", "two"}) Optional<String> with,
          @RequiredIf(key = "flag", is = "true") Optional<String> condition,
          @Key("other-name") String misnamed, Store store, Optional<Store> otherStore, Money money,
          @SuppressWarnings("x") String old) {
        public enum Level { TRACE, INFO { @Override public String toString() { return "i"; } }; }
        public record Inner(@Default("1") int x, Deep deep) {}
        public record Deep(List<Deeper> list) {}
        public record Deeper(Optional<String> text) {}
        @Discriminator("kind") public sealed interface Store {}
        @Key("in-memory") public record Memory(@Default("1") int limit) implements Store {}
        public record Disk(java.nio.file.Path path, @Default("1") int limit) implements Store {}
        public static final class Money {}
        public static final int CONSTANT = 1;
        public S { int local = 5; }
        public String port2() { return "text"; }
      }""";

  static void assertResourceIsReflection(Class<?> type, Path resource) {
    assertTrue(Files.exists(resource), () -> "no resource for " + type);
    var classes = new HashMap<String, Class<?>>();
    Shape.Group read = SchemaResource.read(type, Set.of(), classes);
    assertNotNull(read, () -> "the resource of " + type.getName() + " does not fit");
    var reflected = new HashMap<String, Class<?>>();
    assertEquals(new SchemaReader(Set.of(), reflected).group(type), read);
    reflected.keySet().forEach(name -> assertTrue(classes.containsKey(name), name));
  }

  @Test
  void theResourceSaysWhatReflectionSays() {
    var javac = javac().compile(CORPUS);
    for (String type : List.of("S", "S$Inner", "S$Memory", "S$Disk")) {
      assertResourceIsReflection(javac.load("demo." + type), javac.resource("demo." + type));
    }
    assertFalse(Files.exists(javac.resource("demo.S$Deeper")), "nothing of ours is in it");
  }

  @Test
  void theResourceOfARecordOverAnEarlierCompilationFitsToo() {
    javac().unprocessed().compile(CORPUS);
    var javac =
        javac().compile("record T/*top*/(@Default(\"1\") int x, S.Inner inner, S.Level level) {}");
    Class<?> type = javac.load("demo.T");
    Shape.Group read = SchemaResource.read(type, Set.of(), new HashMap<>());
    Shape.Group reflected = new SchemaReader(Set.of(), new HashMap<>()).group(type);
    assertEquals(reflected, read == null ? reflected : read, "wrong is worse than absent");
    assertNotNull(read, "javac reads the annotations of components from class files");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "record S/*top*/(@Default(\"2\") int a, E e, K k) { enum E { A } sealed interface K permits P, Q {} record P(int x) implements K {} record Q(int y) implements K {} }",
        "record S/*top*/(@Default(\"1\") long a, E e, K k) { enum E { A } sealed interface K permits P, Q {} record P(int x) implements K {} record Q(int y) implements K {} }",
        "record S/*top*/(@Default(\"1\") @Range(\"0..\") int a, E e, K k) { enum E { A } sealed interface K permits P, Q {} record P(int x) implements K {} record Q(int y) implements K {} }",
        "record S/*top*/(@Default(\"1\") int b, E e, K k) { enum E { A } sealed interface K permits P, Q {} record P(int x) implements K {} record Q(int y) implements K {} }",
        "record S/*top*/(@Default(\"1\") int a, E e, K k) { enum E { A, B } sealed interface K permits P, Q {} record P(int x) implements K {} record Q(int y) implements K {} }",
        "record S/*top*/(@Default(\"1\") int a, E e, K k) { enum E { A } sealed interface K permits P {} record P(int x) implements K {} }",
        "record S/*top*/(@Default(\"1\") int a, E e, K k) { enum E { A } sealed interface K permits P, Q {} @Key(\"other\") record P(int x) implements K {} record Q(int y) implements K {} }",
        "record S/*top*/(@Default(\"1\") int a, E e, K k) { enum E { A } sealed interface K permits P, Q {} record P(@Doc(\"x\") int x) implements K {} record Q(int y) implements K {} }",
      })
  void aResourceThatLagsBehindItsClassesIsNotUsed(String changed) {
    javac()
        .compile(
            "record S/*top*/(@Default(\"1\") int a, E e, K k) { enum E { A } sealed interface K permits P, Q {} record P(int x) implements K {} record Q(int y) implements K {} }");
    assertNotNull(SchemaResource.read(javac().load("demo.S"), Set.of(), new HashMap<>()));
    Class<?> type = javac().unprocessed().compile(changed).load("demo.S");
    assertTrue(Files.exists(javac().resource("demo.S")), "it is still there");
    assertNull(SchemaResource.read(type, Set.of(), new HashMap<>()));
  }

  @Test
  void aResourceThatIsDamagedIsNotUsed() throws Exception {
    var javac = javac().compile("record S/*top*/(@Default(\"1\") int a, List<String> b) {}");
    String text = Files.readString(javac.resource("demo.S"));
    var damaged = new ArrayList<String>();
    damaged.add("");
    damaged.add(text.replace(SchemaText.FORMAT, SchemaText.FORMAT + "0"));
    damaged.add(text + "more\n");
    for (int end = 0; end < text.length(); end += 3) {
      damaged.add(text.substring(0, end));
    }
    for (String each : damaged) {
      Files.writeString(javac.resource("demo.S"), each);
      assertNull(SchemaResource.read(javac.load("demo.S"), Set.of(), new HashMap<>()), each);
    }
  }

  @Test
  void aConverterForARecordOutweighsTheResource() {
    Class<?> type = javac()
        .compile("record S/*top*/(@Default(\"1\") int a, P p) { record P(int x) {} }")
        .load("demo.S");
    assertNull(SchemaResource.read(type, Set.of("demo.S$P"), new HashMap<>()));
    assertNotNull(SchemaResource.read(type, Set.of("demo.Unrelated"), new HashMap<>()));
  }

  @Test
  void bindingFromTheResourceReadsNoAnnotation() throws Exception {
    var javac = javac()
        .compile("public record S/*top*/(@Default(\"1\") int a, @Default(\"x\") String b) {}");
    // a loader that hides our annotations from reflection: only the resource can tell the defaults
    ClassLoader blind = new ClassLoader(javac.loader()) {
      @Override
      protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (name.equals("demo.S")) {
          try (var in = getResourceAsStream("demo/S.class")) {
            byte[] bytes = in.readAllBytes();
            return defineClass(name, bytes, 0, bytes.length);
          } catch (java.io.IOException e) {
            throw new ClassNotFoundException(name, e);
          }
        }
        if (name.startsWith("cnkit.config.")) {
          throw new ClassNotFoundException(name);
        }
        return super.loadClass(name, resolve);
      }
    };
    Class<?> type = Class.forName("demo.S", false, blind);
    assertEquals(0, type.getRecordComponents()[0].getAnnotations().length);
    Object bound = Config.builder(type, java.lang.invoke.MethodHandles.lookup())
        .noPrefix()
        .load()
        .value();
    assertEquals("S[a=1, b=x]", bound.toString());
  }

  @Test
  void theRulesWithoutJavacAreTheSame() {
    String source = """
        public record S/*top*/(
            @Default("30") Duration timeout, @Range("5..1") int none, String tls, String tlsFile,
            String password, @RequiredWith("gone") Optional<String> with, Object thing, Inner inner) {
          public record Inner(@Default("x") int wrong) {} }""";
    var told = new ArrayList<String>();
    for (Javac.Told each : javac().tell(source)) {
      told.add(each.text());
    }
    Class<?> type = new Javac(output).unprocessed().compile(source).load("demo.S");
    List<Problem> problems = Config.lint(type);
    assertEquals(told.size(), problems.size(), () -> told + "\n" + problems);
    for (Problem problem : problems) {
      String path =
          problem.path().replace("inner.wrong", "wrong"); // javac tells it of Inner itself
      String remedy = problem.remedy().isEmpty() ? "" : "; " + problem.remedy();
      String expected = "cn-config: " + path + ": " + problem.message() + remedy;
      assertTrue(told.contains(expected), () -> expected + "\n" + told);
    }
  }
}
