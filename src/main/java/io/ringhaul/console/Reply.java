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

/** What a request is answered with. */
@FunctionalInterface
interface Reply {

  /** The header that names the type of a body. */
  String TYPE = "Content-Type";

  /** Begins to send it. No thread waits for the client. */
  void send(Exchange exchange);

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
  static Whole refused(CallRefusal refusal, Map<String, String> headers) {
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

    /** Writes piece after piece, as the client reads them. */
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

      /** The client is gone. */
      @Override
      protected void onCompleteFailure(Throwable cause) {
        exchange.callback().failed(cause);
      }
    }
  }
}
