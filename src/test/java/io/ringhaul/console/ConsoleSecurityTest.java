package io.ringhaul.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.job.Job;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Only authorized clients read and change jobs. */
class ConsoleSecurityTest {

  private final JobStore store = JobStore.inMemory();
  private JobConsole console;
  private ConsoleClient client;
  private Job job;
  private String host;

  @BeforeEach
  void start() {
    console = JobConsole.over(store).launcher(new RecordingLauncher()).start();
    client = new ConsoleClient(console.uri());
    job = StoredExamples.pending(store, "precious");
    host = "Host: " + console.uri().getAuthority();
  }

  @AfterEach
  void stop() {
    console.close();
    store.close();
  }

  @Test
  void changesRequireToken() {
    String path = "/api/batch-jobs/" + job.id();
    List<String> wrong =
        List.of(
            "X-Nothing: 1",
            "Authorization: Bearer",
            "Authorization: Bearer wrong",
            "Authorization: Bearer " + client.token() + "x",
            "Authorization: Bearer " + client.token().substring(1),
            "Authorization: Basic " + client.token(),
            "Authorization: " + client.token(),
            "Authorization: Bearer " + client.token() + "\r\nAuthorization: Bearer other",
            "Cookie: token=" + client.token());
    for (String header : wrong) {
      for (String call :
          List.of(
              "DELETE " + path,
              "POST " + path + "/stop",
              "POST " + path + "/start",
              "PUT " + path,
              "POST /api/batch-jobs",
              "POST /api/tuning/apply",
              "DELETE " + path + "?token=" + client.token())) {
        String answer = RawHttp.exchange(console.uri(), call + " HTTP/1.1", host, header);
        assertThat(RawHttp.status(answer)).as(call + " with " + header).isEqualTo(401);
        assertThat(answer).containsIgnoringCase("Www-authenticate: Bearer");
      }
    }
    assertThat(store.find(job.id()).orElseThrow().status()).isEqualTo(JobStatus.PENDING);
    String right = "authorization:  bearer " + client.token();
    assertThat(
            RawHttp.status(
                RawHttp.exchange(console.uri(), "DELETE " + path + " HTTP/1.1", host, right)))
        .isEqualTo(204);
  }

  @Test
  void refusesOtherSites() {
    String token = "Authorization: Bearer " + client.token();
    for (String origin :
        List.of("http://evil.example", "null", "https://" + console.uri().getAuthority(), "")) {
      String answer =
          RawHttp.exchange(
              console.uri(),
              "POST /api/batch-jobs/" + job.id() + "/stop HTTP/1.1",
              host,
              token,
              "Origin: " + origin);
      assertThat(RawHttp.status(answer)).as(origin).isEqualTo(403);
      assertThat(answer.toLowerCase(Locale.ROOT)).doesNotContain("access-control");
    }
    String own = "Origin: http://" + console.uri().getAuthority();
    assertThat(status("GET /api/batch-jobs HTTP/1.1", host, own)).isEqualTo(200);
  }

  @Test
  void refusesOtherHostNames() {
    int port = console.uri().getPort();
    for (String name :
        List.of(
            "evil.example:" + port,
            "evil.example",
            "localhost",
            "localhost:1",
            "10.0.0.1:" + port)) {
      assertThat(status("GET /api/batch-jobs HTTP/1.1", "Host: " + name)).as(name).isEqualTo(421);
    }
    // RFC 9112 requires 400 for a request without a Host header, with two, or with an invalid
    // one.
    assertThat(status("GET / HTTP/1.1", "X-Nothing: 1")).isEqualTo(400);
    assertThat(status("GET / HTTP/1.1", "Host: ")).isEqualTo(400);
    assertThat(status("GET / HTTP/1.1", host, "Host: evil.example")).isEqualTo(400);
    for (String name : List.of("[]", "[::1", "[127.0.0.1]", "[0:0]", "[localhost]")) {
      assertThat(status("GET /api/batch-jobs HTTP/1.1", "Host: " + name + ":" + port))
          .as(name)
          .isEqualTo(400);
    }
    assertThat(status("GET /api/batch-jobs HTTP/1.1", "Host: [::2]:" + port)).isEqualTo(421);
    for (String name :
        List.of("localhost", "127.0.0.1", "[::1]", "[0:0:0:0:0:0:0:1]", "[0::0:1]", "LOCALHOST")) {
      assertThat(status("GET /api/batch-jobs HTTP/1.1", "Host: " + name + ":" + port))
          .as(name)
          .isEqualTo(200);
    }
  }

  @Test
  void acceptsConfiguredHostName() throws UnknownHostException {
    InetAddress named = InetAddress.getByAddress("Build-Host", new byte[] {127, 0, 0, 1});
    try (JobConsole console = JobConsole.over(store).address(named).start()) {
      URI uri = console.uri();
      for (String name : List.of("build-host", "BUILD-HOST", "127.0.0.1")) {
        String ours = "Host: " + name + ":" + uri.getPort();
        assertThat(RawHttp.status(RawHttp.exchange(uri, "GET / HTTP/1.1", ours)))
            .as(name)
            .isEqualTo(200);
      }
      String theirs = "Host: other-host:" + uri.getPort();
      assertThat(RawHttp.status(RawHttp.exchange(uri, "GET / HTTP/1.1", theirs))).isEqualTo(421);
    }
  }

  @Test
  void refusesReadsOfOtherSites() {
    for (String site : List.of("cross-site", "same-site", "Cross-Site")) {
      for (String path : List.of("/api/batch-jobs", "/api/events", "/metrics", "/api/session")) {
        assertThat(status("GET " + path + " HTTP/1.1", host, "Sec-Fetch-Site: " + site))
            .as(path + " from " + site)
            .isEqualTo(403);
      }
      assertThat(status("GET / HTTP/1.1", host, "Sec-Fetch-Site: " + site))
          .as("a link to the page from " + site)
          .isEqualTo(200);
    }
    for (String site : List.of("same-origin", "none")) {
      assertThat(status("GET /api/batch-jobs HTTP/1.1", host, "Sec-Fetch-Site: " + site))
          .as(site)
          .isEqualTo(200);
    }
  }

  @Test
  void boundsBodySize() {
    String token = "Authorization: Bearer " + client.token();
    String big = "{\"name\":\"" + "x".repeat(RequestBody.MOST_BYTES) + "\"}";
    ConsoleClient.Answer answer = client.call("PUT", "/api/batch-jobs/" + job.id(), big);
    assertThat(answer.status()).isEqualTo(413);
    String put = "PUT /api/batch-jobs/" + job.id() + " HTTP/1.1";
    assertThat(status(put, host, token, "Content-Type: text/plain", "Content-Length: 2"))
        .isEqualTo(415);
    assertThat(
            status(
                put, host, token, "Content-Type: application/json", "Content-Length: 99999999999"))
        .as("a body that is not there")
        .isIn(0, 400);
    byte[] malformed =
        (put
                + "\r\n"
                + host
                + "\r\n"
                + token
                + "\r\nConnection: close\r\nContent-Type: application/json\r\n"
                + "Content-Length: 12\r\n\r\n{\"name\":\"\u00ff\"}")
            .getBytes(StandardCharsets.ISO_8859_1);
    assertThat(RawHttp.exchange(console.uri(), malformed)).contains("not UTF-8");
  }

  @Test
  void servesOnlyAssets() {
    for (String path :
        List.of(
            "/JobConsole.class",
            "/assets/..%2f..%2fJobConsole.class",
            "/..%5cindex.html",
            "//etc/passwd",
            "/assets//main.js",
            "/assets/main.js/",
            "/assets",
            "/assets/",
            "/assets/.main.js",
            "/INDEX.HTML")) {
      assertThat(status("GET " + path + " HTTP/1.1", host)).as(path).isEqualTo(404);
    }
    // Invalid paths: above the root, or with a character that paths cannot contain.
    for (String path :
        List.of(
            "/../JobConsole.class",
            "/assets/../../JobConsole.class",
            "/%2e%2e/index.html",
            "/assets/main.js%00",
            "/index.html%00.js")) {
      assertThat(status("GET " + path + " HTTP/1.1", host)).as(path).isEqualTo(400);
    }
  }

  @Test
  void takesMethodFromRequestLineOnly() {
    String token = "Authorization: Bearer " + client.token();
    String path = "GET /api/batch-jobs/" + job.id() + " HTTP/1.1";
    assertThat(status(path, host, token, "X-HTTP-Method-Override: DELETE")).isEqualTo(200);
    assertThat(store.find(job.id())).isPresent();
  }

  @Test
  void refusesWhatCannotBeDecoded() {
    for (String query : List.of("?limit=%zz", "?%zz=1", "?limit=1&%zz")) {
      assertThat(status("GET /api/batch-jobs" + query + " HTTP/1.1", host))
          .as(query)
          .isEqualTo(400);
    }
    assertThat(status("GET /api/batch-jobs HTTP/1.1", host, "Content-Type: text/plain; charset"))
        .isEqualTo(400);
    assertThat(status("GET /api/batch-jobs/%zz HTTP/1.1", host)).isEqualTo(400);
  }

  @Test
  void everyResponseHasSecurityHeaders() {
    for (String path : List.of("/", "/api/batch-jobs", "/nothing", "/metrics", "/api/session")) {
      String answer = RawHttp.exchange(console.uri(), "GET " + path + " HTTP/1.1", host);
      assertThat(answer)
          .contains("default-src 'none'; script-src 'self'")
          .containsIgnoringCase("X-content-type-options: nosniff")
          .containsIgnoringCase("Referrer-policy: no-referrer")
          .containsIgnoringCase("Cross-origin-resource-policy: same-origin")
          .containsIgnoringCase("Cache-control: no-store");
    }
  }

  @Test
  void readingRequiresTokenOnOtherAddresses() throws UnknownHostException {
    InetAddress everywhere = InetAddress.getByName("0.0.0.0");
    try (JobConsole open = JobConsole.over(store).address(everywhere).start()) {
      ConsoleClient reader = new ConsoleClient(open.uri());
      URI uri = open.uri();
      for (String path :
          List.of("/api/batch-jobs", "/api/events", "/metrics", "/api/openapi.json")) {
        assertThat(reader.stranger("GET", path, "").status()).as(path).isEqualTo(401);
      }
      assertThat(reader.get("/api/batch-jobs").status()).isEqualTo(200);
      assertThat(reader.stranger("GET", "/", "").status()).isEqualTo(200);
      ConsoleClient.Answer session = reader.stranger("GET", "/api/session", "");
      assertThat(session.body().path("token").asText()).isEqualTo("required");
      assertThat(session.body().path("store").isNull()).isTrue();
      String ours = "Host: 192.0.2.7:" + uri.getPort();
      assertThat(RawHttp.status(RawHttp.exchange(uri, "GET / HTTP/1.1", ours))).isEqualTo(200);
      String theirs = "Host: evil.example:" + uri.getPort();
      assertThat(RawHttp.status(RawHttp.exchange(uri, "GET / HTTP/1.1", theirs))).isEqualTo(421);
    }
  }

  private int status(String... lines) {
    return RawHttp.status(RawHttp.exchange(console.uri(), lines));
  }
}
