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
 * A request and its response.
 *
 * @param callback completes the exchange; called once
 * @param connections contains the connection of the exchange
 */
record Exchange(Request request, Response response, Callback callback, Connections connections) {

  /**
   * The largest remaining body, in bytes, that is discarded so that an error response reaches the
   * client.
   */
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

  /** Starts the client's time limit. */
  void awaitClient() {
    connections.awaits(connection());
  }

  /** Stops the client's time limit. */
  void serve() {
    connections.serves(connection());
  }

  /**
   * Reads the body, up to one byte beyond the limit, without blocking a thread.
   *
   * @param next receives the body
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

  /** Completes the response and discards the rest of the request. */
  void end() {
    awaitClient();
    new Reading(this, OutputStream.nullOutputStream(), MOST_PASSED_OVER, callback::succeeded).run();
  }

  /**
   * Reads content asynchronously.
   *
   * @param left the remaining number of bytes to read
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
