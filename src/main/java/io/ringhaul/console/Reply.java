package io.ringhaul.console;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.eclipse.jetty.util.IteratingCallback;

/** A response. */
@FunctionalInterface
interface Reply {

  /** The name of the header with the media type. */
  String TYPE = "Content-Type";

  /** Starts to send the response without blocking a thread. */
  void send(Exchange exchange);

  /** Returns a response with a value as JSON. */
  static Reply json(int status, Object value) {
    return new Whole(status, Map.of(TYPE, Json.TYPE), Json.bytes(value));
  }

  /** Returns a response with status 200 and a value as JSON. */
  static Reply ok(Object value) {
    return json(200, value);
  }

  /** Returns a response without a body. */
  static Reply empty(Map<String, String> headers) {
    return new Whole(204, headers, new byte[0]);
  }

  /** Returns an error response. */
  static Whole refused(CallRefusal refusal, Map<String, String> headers) {
    Map<String, String> all = new HashMap<>(headers);
    all.put(TYPE, Json.TYPE);
    return new Whole(
        refusal.status(), all, Json.bytes(new ErrorView(refusal.sentence(), refusal.status())));
  }

  /** A response of known length. */
  @SuppressWarnings("ArrayRecordComponent") // Responses are never compared.
  record Whole(int status, Map<String, String> headers, byte[] body) implements Reply {

    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;

    /** The size of one write in bytes; the client's time limit starts anew for each write. */
    private static final int PIECE = 64 * 1024;

    /** Smaller bodies are not compressed. */
    private static final int LEAST_ZIPPED = 4 * 1024;

    @Override
    public void send(Exchange exchange) {
      exchange.response().setStatus(status);
      headers.forEach(exchange::putHeader);
      ByteBuffer sent = ByteBuffer.allocate(0);
      if (status != NO_CONTENT && status != NOT_MODIFIED && body.length > 0) {
        byte[] coded = coded(exchange);
        exchange.putHeader("Content-Length", Integer.toString(coded.length));
        if (!exchange.method().equals("HEAD")) {
          sent = ByteBuffer.wrap(coded);
        }
      }
      new Writing(exchange, sent).iterate();
    }

    private byte[] coded(Exchange exchange) {
      if (body.length < LEAST_ZIPPED) {
        return body;
      }
      exchange.putHeader("Vary", "Accept-Encoding");
      if (!takesGzip(exchange)) {
        return body;
      }
      exchange.putHeader("Content-Encoding", "gzip");
      ByteArrayOutputStream zipped = new ByteArrayOutputStream();
      try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
        out.write(body);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return zipped.toByteArray();
    }

    private static boolean takesGzip(Exchange exchange) {
      return exchange.headers().getValuesList("Accept-Encoding").stream()
          .flatMap(line -> Stream.of(line.split(",", -1)))
          .map(each -> each.strip().toLowerCase(Locale.ROOT))
          .anyMatch(each -> each.equals("gzip"));
    }

    /** Writes the body in pieces as the client reads them. */
    private static final class Writing extends IteratingCallback {

      private final Exchange exchange;
      private final ByteBuffer rest;
      private boolean isWritten;

      Writing(Exchange exchange, ByteBuffer rest) {
        this.exchange = exchange;
        this.rest = rest;
      }

      @Override
      protected Action process() {
        if (isWritten) {
          return Action.SUCCEEDED;
        }
        exchange.awaitClient();
        int length = Math.min(PIECE, rest.remaining());
        ByteBuffer piece = rest.slice(rest.position(), length);
        rest.position(rest.position() + length);
        isWritten = !rest.hasRemaining();
        exchange.response().write(isWritten, piece, this);
        return Action.SCHEDULED;
      }

      @Override
      protected void onCompleteSuccess() {
        exchange.end();
      }

      /** The client has disconnected. */
      @Override
      protected void onCompleteFailure(Throwable cause) {
        exchange.callback().failed(cause);
      }
    }
  }
}
