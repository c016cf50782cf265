package io.ringhaul.console;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/** What a request is answered with. */
@FunctionalInterface
interface Reply {

  /** The header that names the type of a body. */
  String TYPE = "Content-Type";

  /**
   * Sends it; the exchange is closed by then, unless the reply goes on.
   *
   * @param workers of whom one is at it
   * @throws IOException if the client is gone
   */
  void send(HttpExchange exchange, TimedWorkers workers) throws IOException;

  /** A value as JSON. */
  static Reply json(int status, Object value) {
    return new Whole(status, Map.of(TYPE, Json.TYPE), Json.bytes(value));
  }

  /** A value as JSON, for a request that has changed nothing. */
  static Reply ok(Object value) {
    return json(200, value);
  }

  /** Nothing but a status. */
  static Reply empty(Map<String, String> headers) {
    return new Whole(204, headers, new byte[0]);
  }

  /** A sentence. */
  static Reply refused(Refusal refusal, Map<String, String> headers) {
    Map<String, String> all = new HashMap<>(headers);
    all.put(TYPE, Json.TYPE);
    return new Whole(
        refusal.status(), all, Json.bytes(new ErrorView(refusal.sentence(), refusal.status())));
  }

  /** A reply whose length is known. */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares replies.
  record Whole(int status, Map<String, String> headers, byte[] body) implements Reply {

    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;

    /** So much is written at a time: who reads that in time has as long for the next. */
    private static final int PIECE = 64 * 1024;

    /** Less than this is not worth the work. */
    private static final int LEAST_ZIPPED = 4 * 1024;

    @Override
    public void send(HttpExchange exchange, TimedWorkers workers) throws IOException {
      headers.forEach(exchange.getResponseHeaders()::set);
      boolean hasBody = status != NO_CONTENT && status != NOT_MODIFIED && body.length > 0;
      if (!hasBody) {
        exchange.sendResponseHeaders(status, -1);
      } else if (exchange.getRequestMethod().equals("HEAD")) {
        exchange
            .getResponseHeaders()
            .set("Content-Length", Integer.toString(sent(exchange).length));
        exchange.sendResponseHeaders(status, -1);
      } else {
        write(exchange, sent(exchange), workers);
      }
      exchange.close();
    }

    private byte[] sent(HttpExchange exchange) throws IOException {
      if (body.length < LEAST_ZIPPED) {
        return body;
      }
      exchange.getResponseHeaders().set("Vary", "Accept-Encoding");
      if (!takesGzip(exchange.getRequestHeaders())) {
        return body;
      }
      exchange.getResponseHeaders().set("Content-Encoding", "gzip");
      ByteArrayOutputStream zipped = new ByteArrayOutputStream();
      try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
        out.write(body);
      }
      return zipped.toByteArray();
    }

    private static boolean takesGzip(Headers headers) {
      return headers.getOrDefault("Accept-Encoding", List.of()).stream()
          .flatMap(line -> Stream.of(line.split(",", -1)))
          .map(each -> each.strip().toLowerCase(Locale.ROOT))
          .anyMatch(each -> each.equals("gzip"));
    }

    /**
     * Where the client is gone this fails: closing the exchange alone would keep that to itself.
     */
    private void write(HttpExchange exchange, byte[] sent, TimedWorkers workers)
        throws IOException {
      exchange.sendResponseHeaders(status, sent.length);
      try (OutputStream out = exchange.getResponseBody()) {
        for (int from = 0; from < sent.length; from += PIECE) {
          workers.renew();
          out.write(sent, from, Math.min(PIECE, sent.length - from));
        }
      }
    }
  }
}
