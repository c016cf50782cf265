package io.ringhaul.console;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * A request and its reply.
 *
 * @param callback ends the exchange; called once
 * @param connections where the connection of the exchange is one
 */
record Exchange(Request request, Response response, Callback callback, Connections connections) {

  /** A client that is refused may send this much more, so that the reply reaches it. */
  private static final int MOST_PASSED_OVER = 1024 * 1024;

  String method() {
    return request.getMethod();
  }

  HttpFields headers() {
    return request.getHeaders();
  }

  void putHeader(String name, String value) {
    response.getHeaders().put(name, value);
  }

  Connection connection() {
    return request.getConnectionMetaData().getConnection();
  }

  /** The next step is the client's. */
  void awaitClient() {
    connections.awaits(connection());
  }

  /** The next step is the console's. */
  void serve() {
    connections.serves(connection());
  }

  /**
   * Reads the body, or one byte more than the most. No thread waits for it.
   *
   * @param next continues with what was read
   */
  void readBody(int most, Consumer<byte[]> next) {
    awaitClient();
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    Runnable whole =
        () -> {
          serve();
          next.accept(body.toByteArray());
        };
    new Reading(this, body, most + 1, whole).run();
  }

  /** The reply is written. What is left of the request is passed over. */
  void end() {
    awaitClient();
    new Reading(this, OutputStream.nullOutputStream(), MOST_PASSED_OVER, callback::succeeded).run();
  }

  /**
   * Reads content as it comes.
   *
   * @param left after so many bytes it ends
   */
  private record Reading(Exchange exchange, OutputStream sink, AtomicInteger left, Runnable whole)
      implements Runnable {

    Reading(Exchange exchange, OutputStream sink, int most, Runnable whole) {
      this(exchange, sink, new AtomicInteger(most), whole);
    }

    @Override
    public void run() {
      Content.Source source = exchange.request();
      boolean isLast = false;
      while (!isLast && left.get() > 0) {
        Content.Chunk chunk = source.read();
        if (chunk == null) {
          source.demand(this);
          return;
        }
        if (Content.Chunk.isFailure(chunk)) {
          exchange.callback().failed(chunk.getFailure());
          return;
        }
        isLast = chunk.isLast();
        take(chunk);
      }
      whole.run();
    }

    private void take(Content.Chunk chunk) {
      byte[] bytes = new byte[Math.min(left.get(), chunk.remaining())];
      chunk.get(bytes, 0, bytes.length);
      chunk.release();
      left.addAndGet(-bytes.length);
      try {
        sink.write(bytes);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
