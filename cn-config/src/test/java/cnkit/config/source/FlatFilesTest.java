package cnkit.config.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.config.Origin;
import cnkit.config.Problem;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class FlatFilesTest {
  private static final Pattern ALONE = Pattern.compile("(^|[\n\r])[ \t\f]*\\\\([\n\r]|$)");

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.strings()
        .withChars('a', 'b', '=', ':', ' ', '\t', '\f', '\\', '\n', '\r', '#', '!', 'n', 't', 'é')
        .ofMaxLength(40);
  }

  @Property(tries = 5_000) // the model is the reader of the JDK
  void aPropertiesFileMeansWhatItMeansToTheJdk(@ForAll("texts") String text) throws IOException {
    // a line of one backslash: the JDK forgets there that it is inside an entry, and what begins a
    // comment
    Assume.that(!ALONE.matcher(text).find());
    var model = new Properties();
    model.load(new StringReader(text));
    var problems = new ArrayList<Problem>();
    var file = new FlatFile("x.properties", problems);
    PropertiesFile.read(text, file);
    var read = new TreeMap<Object, Object>();
    for (FlatFile.Entry entry : file.entries) {
      read.put(entry.key(), entry.value());
    }
    for (Problem problem : problems) {
      assertEquals(Problem.Code.DUPLICATE, problem.code());
      read.put(
          problem.path(),
          model.getProperty(problem.path())); // ours keeps the first, the model the last
    }
    assertEquals(
        new TreeMap<>(model), read, () -> text.replace("\n", "<LF>").replace("\r", "<CR>"));
  }

  @Property(tries = 2_000)
  void everyPlaceInAPropertiesFileIsWhereTheTextStands(@ForAll("texts") String text) {
    var file = new FlatFile("x.properties", new ArrayList<>());
    PropertiesFile.read(text, file);
    List<String> lines = text.replace("\r\n", "\n").replace('\r', '\n').lines().toList();
    for (FlatFile.Entry entry : file.entries) {
      Origin origin = entry.origin();
      assertTrue(origin.line() >= 1 && origin.line() <= lines.size(), origin::toString);
      String line = lines.get(origin.line() - 1);
      assertTrue(origin.column() >= 1 && origin.column() <= line.length(), origin::toString);
      String value = entry.value();
      if (!value.isEmpty()
          && Character.isLetter(value.charAt(0))
          && line.charAt(origin.column() - 1) != '\\') {
        assertEquals(value.charAt(0), line.charAt(origin.column() - 1));
      }
    }
  }

  @Property
  void aSingleQuotedDotenvValueIsLiteral(@ForAll("texts") String text) {
    String value = text.replace("'", "");
    var problems = new ArrayList<Problem>();
    var file = new FlatFile("x.env", problems);
    DotenvFile.read("A=1\nKEY='" + value + "'\nB=2", file);
    assertEquals(List.of(), problems);
    assertEquals(
        List.of("1", value, "2"),
        file.entries.stream().map(FlatFile.Entry::value).toList());
  }

  @Property
  void noTextMakesADotenvFileFail(@ForAll String text) {
    DotenvFile.read(text, new FlatFile("x.env", new ArrayList<>()));
    PropertiesFile.read(text, new FlatFile("x.properties", new ArrayList<>()));
  }

  @org.junit.jupiter.api.Test
  void aBadUnicodeEscapeIsAProblemWithItsPlace() {
    var problems = new ArrayList<Problem>();
    PropertiesFile.read("a=1\nkey=x\\u00z0\n", new FlatFile("x.properties", problems));
    assertEquals("x.properties:2:6", problems.get(0).origins().get(0).toString());
  }
}
