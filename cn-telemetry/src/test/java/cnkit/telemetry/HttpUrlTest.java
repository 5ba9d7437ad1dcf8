package cnkit.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpUrlTest {
  @ParameterizedTest
  @CsvSource({
    "/work?ms=3, '', '', 0, /work, ms=3",
    "/work, '', '', 0, /work, ''",
    "/to?u=http://x:1/y, '', '', 0, /to, u=http://x:1/y",
    "*, '', '', 0, *, ''",
    "'', '', '', 0, /, ''",
    "http://API.example/x?y#z, http, api.example, 80, /x, y",
    "https://api.example, https, api.example, 443, /, ''",
    "https://bob:p@ss@api:8443?q, https, api, 8443, /, q",
    "http://[::1]:8080/x, http, [::1], 8080, /x, ''",
    "http://[::1]/x, http, [::1], 80, /x, ''",
    "http://h:99999/, http, h, 0, /, ''",
    "http://h:x/, http, h, 0, /, ''",
  })
  void aTargetIsCutIntoItsParts(
      String target, String scheme, String host, int port, String path, String query) {
    assertEquals(new HttpUrl(scheme, host, port, path, query), HttpUrl.of(target));
  }
}
