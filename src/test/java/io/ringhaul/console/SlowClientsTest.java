package io.ringhaul.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.job.JobStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Slow clients do not delay others. */
class SlowClientsTest {

  /** More than the number of worker threads. */
  private static final int IDLE = 200;

  private static final int MOST = 500;
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final int PATIENCE_MILLIS = 60_000;

  private final JobStore store = JobStore.inMemory();
  private JobConsole console;

  @BeforeEach
  void start() {
    console = TestConsoles.start(store, MOST, PATIENCE);
  }

  @AfterEach
  void stop() {
    console.close();
    store.close();
  }

  @Test
  void closesConnectionsWithEndlessHeaders() throws IOException {
    List<Socket> idle = new ArrayList<>();
    try {
      for (int i = 0; i < IDLE; i++) {
        Socket socket = new Socket(console.uri().getHost(), console.uri().getPort());
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.getOutputStream().write('G');
        idle.add(socket);
      }
      assertThat(new ConsoleClient(console.uri()).get("/api/session").status()).isEqualTo(200);
      assertThat(idle).allSatisfy(each -> assertThat(hasEnded(each)).isTrue());
    } finally {
      for (Socket socket : idle) {
        socket.close();
      }
    }
  }

  @Test
  void compressesLargeResponsesOnRequest() throws Exception {
    byte[] plain = get("identity").body();
    HttpResponse<byte[]> zipped = get("br, gzip");
    assertThat(zipped.headers().firstValue("Content-Encoding")).contains("gzip");
    assertThat(zipped.body()).hasSizeLessThan(plain.length / 2);
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(zipped.body()))) {
      assertThat(new String(in.readAllBytes(), UTF_8)).isEqualTo(new String(plain, UTF_8));
    }
    assertThat(get("gzip;q=0").headers().firstValue("Content-Encoding")).isEmpty();
  }

  private HttpResponse<byte[]> get(String encoding) throws IOException, InterruptedException {
    URI uri = console.uri().resolve("/api/openapi.json");
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(uri).header("Accept-Encoding", encoding).build(),
            HttpResponse.BodyHandlers.ofByteArray());
  }

  private static boolean hasEnded(Socket socket) {
    try {
      while (socket.getInputStream().read() >= 0) {
        // An error response may come first.
      }
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }
}
