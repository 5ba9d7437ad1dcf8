package cnkit.config;

import static cnkit.config.CaseSchema.app;
import static cnkit.config.CaseSchema.env;
import static cnkit.config.CaseSchema.min;
import static cnkit.config.CaseSchema.refusedOnce;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.config.jackson.JacksonFormat;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The bridge to Jackson's formats, proven with one that is not built in. */
class YamlTest {
  private static ConfigBuilder<CaseSchema.App> yaml(String text) {
    return app().format(JacksonFormat.of(new YAMLFactory()), "yaml", "yml").file("app.yaml", text);
  }

  @Test
  void yamlNestsAndKeepsItsPlaces() {
    Config<CaseSchema.App> config = yaml("""
            # a comment
            name: 007
            db:
              url: postgres://h/d
              password: "pa: #ss"
            hosts: [a, b]
            labels:
              Zone.A: y
            workers: ~
            """).environment(env()).load();
    assertEquals("007", config.value().name(), "text stays text");
    assertEquals("pa: #ss", config.value().db().password().reveal());
    assertEquals(List.of("a", "b"), config.value().hosts());
    assertEquals(Map.of("Zone.A", "y"), config.value().labels());
    assertEquals(
        "app.yaml:4:8", config.explain("db.url").candidates().get(0).origin().toString());
  }

  @Test
  void aFileOfCommentsAloneSaysNothing() {
    assertEquals(8080, yaml("# port: 1\n").environment(min()).load().value().port());
  }

  @Test
  void whatAStreamWouldChangeInSilenceIsRefused() {
    for (String text : List.of(
        "name: &n x\nhosts: [*n]\n",
        "labels: {\"\uD83D\uDE00\": a}\nname: &n x\nhosts: *n\n",
        "labels: &l {a: b}\n<<: *l\n",
        "name: a\n---\nname: b\n",
        "name: [CANARY\n",
        "- a\n",
        "name: a\n  CANARY: b: c\n")) {
      Problem problem = refusedOnce(yaml(text).environment(min()));
      assertEquals(Problem.Code.SYNTAX, problem.code(), problem::toString);
      assertFalse(problem.toString().contains("CANARY"), problem::toString);
    }
    Problem twice = refusedOnce(yaml("name: a\nname: b\n").environment(min()));
    assertEquals(Problem.Code.DUPLICATE, twice.code());
    assertTrue(twice.toString().contains("app.yaml:1:1, app.yaml:2:1"), twice::toString);
    Problem port = refusedOnce(yaml("port: 0x1F\n").environment(min()));
    assertEquals("app.yaml:1:7", port.origins().get(0).toString());
  }
}
