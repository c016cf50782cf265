package io.ringhaul.console;

import io.javalin.http.Context;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingCallback;
import org.jspecify.annotations.Nullable;

/**
 * A response that accepts each write at once and sends it as the client reads it, so that no thread
 * waits for a client. Starts and stops the time limit of the client. Thread-safe.
 */
final class QueuedResponse extends Response.Wrapper implements Callback {

  private static final String ATTRIBUTE = QueuedResponse.class.getName();

  /** The size of one write in bytes; the client's time limit starts anew for each write. */
  private static final int PIECE = 64 * 1024;

  /**
   * The largest remaining body, in bytes, that is discarded so that an error response reaches the
   * client.
   */
  private static final int MOST_PASSED_OVER = 1024 * 1024;

  private final Request request;
  private final Callback callback;
  private final Connections connections;
  private final Deque<ByteBuffer> queue = new ArrayDeque<>();
  private final Sending sending = new Sending();
  private long queuedBytes;
  private boolean hasLast;
  private boolean isHandled;
  private @Nullable Throwable failure;
  private volatile boolean isSending;
  private volatile long since;
  private int passedOver;

  private QueuedResponse(
      Incoming incoming, Response response, Callback callback, Connections connections) {
    super(incoming, response);
    this.request = incoming.getWrapped();
    this.callback = callback;
    this.connections = connections;
  }

  /** Returns the response to a request. */
  static QueuedResponse of(Context context) {
    return Objects.requireNonNull(context.attribute(ATTRIBUTE));
  }

  /** Returns the headers of the request. */
  HttpFields requestHeaders() {
    return getRequest().getHeaders();
  }

  /** Sets the media type as it is; the servlet API would append or respell a charset. */
  void contentType(String type) {
    getHeaders().put(HttpHeader.CONTENT_TYPE, type);
  }

  private Connection connection() {
    return request.getConnectionMetaData().getConnection();
  }

  /** Copies the content and accepts it, unless the client is lost. */
  @Override
  public void write(boolean last, @Nullable ByteBuffer content, Callback written) {
    ByteBuffer copy = ByteBuffer.allocate(content == null ? 0 : content.remaining());
    if (content != null) {
      copy.put(content).flip();
    }
    Throwable lost = add(last, copy);
    if (lost == null) {
      written.succeeded();
    } else {
      written.failed(lost);
    }
  }

  /** Appends bytes, which must not change, to the response. */
  void write(byte[] bytes) {
    add(false, ByteBuffer.wrap(bytes));
  }

  private @Nullable Throwable add(boolean last, ByteBuffer content) {
    synchronized (this) {
      if (failure != null) {
        return failure;
      }
      queue.add(content);
      queuedBytes += content.remaining();
      hasLast |= last;
    }
    sending.iterate();
    return null;
  }

  /** Returns the number of bytes that wait for the client. */
  synchronized long queuedBytes() {
    return queuedBytes;
  }

  /** Returns true if the client is lost or has not read one write in the given time. */
  boolean isStuck(Duration patience) {
    synchronized (this) {
      if (failure != null) {
        return true;
      }
    }
    return isSending && System.nanoTime() - since > patience.toNanos();
  }

  /** Closes the connection. */
  void drop() {
    Connections.close(connection());
  }

  /** The handler is done: the request is completed when everything is sent. */
  @Override
  public void succeeded() {
    Throwable lost;
    synchronized (this) {
      isHandled = true;
      lost = failure;
    }
    if (lost == null) {
      sending.iterate();
    } else {
      callback.failed(lost);
    }
  }

  @Override
  public void failed(Throwable cause) {
    synchronized (this) {
      failure = cause;
      queue.clear();
    }
    connections.awaits(connection());
    callback.failed(cause);
  }

  /** Discards the rest of the request, then completes it. */
  private void end() {
    while (passedOver < MOST_PASSED_OVER) {
      Content.Chunk chunk = request.read();
      if (chunk == null) {
        request.demand(this::end);
        return;
      }
      if (Content.Chunk.isFailure(chunk)) {
        callback.failed(chunk.getFailure());
        return;
      }
      passedOver += chunk.remaining();
      chunk.release();
      if (chunk.isLast()) {
        break;
      }
    }
    callback.succeeded();
  }

  /** Sends the queue sequentially. */
  private final class Sending extends IteratingCallback {

    @Override
    protected Action process() {
      isSending = false;
      ByteBuffer piece;
      boolean isLast;
      synchronized (QueuedResponse.this) {
        ByteBuffer first = queue.peek();
        if (first == null) {
          if (isHandled) {
            return Action.SUCCEEDED;
          }
          connections.serves(connection());
          return Action.IDLE;
        }
        int length = Math.min(PIECE, first.remaining());
        piece = first.slice(first.position(), length);
        first.position(first.position() + length);
        if (!first.hasRemaining()) {
          queue.remove();
        }
        queuedBytes -= length;
        isLast = hasLast && queue.isEmpty();
      }
      since = System.nanoTime();
      isSending = true;
      connections.awaits(connection());
      getWrapped().write(isLast, piece, this);
      return Action.SCHEDULED;
    }

    @Override
    protected void onCompleteSuccess() {
      connections.awaits(connection());
      end();
    }

    /** The client has disconnected. */
    @Override
    protected void onCompleteFailure(Throwable cause) {
      boolean wasHandled;
      synchronized (QueuedResponse.this) {
        failure = cause;
        queue.clear();
        wasHandled = isHandled;
      }
      isSending = false;
      if (wasHandled) {
        callback.failed(cause);
      }
    }
  }

  /** A request whose body the client sends in limited time. */
  private static final class Incoming extends Request.Wrapper {

    private final Connections connections;
    private final HttpFields headers;
    private boolean isAwaited;

    Incoming(Request request, Connections connections) {
      super(request);
      this.connections = connections;
      // Javalin would take the method from it.
      this.headers = HttpFields.build(request.getHeaders()).remove("X-HTTP-Method-Override");
    }

    @Override
    public HttpFields getHeaders() {
      return headers;
    }

    @Override
    public Content.@Nullable Chunk read() {
      Content.Chunk chunk = super.read();
      Connection connection = getConnectionMetaData().getConnection();
      if (chunk == null && !isAwaited) {
        isAwaited = true;
        connections.awaits(connection);
      } else if (chunk != null && chunk.isLast()) {
        connections.serves(connection);
      }
      return chunk;
    }

    /** What a handler did not read is discarded after the response. */
    @Override
    public boolean consumeAvailable() {
      return true;
    }
  }

  /** Gives each request a queued response with the headers that all responses have. */
  static final class Queueing extends Handler.Wrapper {

    private final Connections connections;

    Queueing(Handler next, Connections connections) {
      super(next);
      this.connections = connections;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
      connections.serves(request.getConnectionMetaData().getConnection());
      Guard.HEADERS.forEach(response.getHeaders()::put);
      Incoming incoming = new Incoming(request, connections);
      QueuedResponse queued = new QueuedResponse(incoming, response, callback, connections);
      incoming.setAttribute(ATTRIBUTE, queued);
      if (!super.handle(incoming, queued, queued)) {
        Response.writeError(incoming, queued, queued, HttpStatus.NOT_FOUND_404);
      }
      return true;
    }
  }
}
