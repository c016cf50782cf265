package io.ringhaul.console;

import com.sun.management.UnixOperatingSystemMXBean;
import io.javalin.Javalin;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.internal.jackson.Json;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.EagerContentHandler;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;

/** The HTTP server. Threads work on complete requests only and never wait for a client. */
final class ConsoleServer implements AutoCloseable {

  /** The time limit of a client for sending a request or reading a part of a response. */
  static final Duration PATIENCE = Duration.ofSeconds(15);

  private static final int MOST_CONNECTIONS = 2_000;
  private static final int THREADS = 64;
  private static final int LEAST_THREADS = 4;
  private static final int BACKLOG = 256;
  private static final int MOST_HEAD_BYTES = 16 * 1024;
  private static final int IDLE_MILLIS = 10_000;
  private static final int STOP_MILLIS = 1_000;

  private final Connections connections;
  private final Server server;
  private final ServerConnector connector;

  /**
   * Binds the port; requests wait for {@link #start}.
   *
   * @throws StorageException if the port cannot be bound
   */
  ConsoleServer(InetAddress address, int port, Connections connections) {
    this.connections = connections;
    QueuedThreadPool threads = new QueuedThreadPool(THREADS, LEAST_THREADS, IDLE_MILLIS);
    threads.setName("ringhaul-console-http");
    threads.setDaemon(true);
    threads.setStopTimeout(STOP_MILLIS);
    server =
        new Server(threads, new ScheduledExecutorScheduler("ringhaul-console-timer", true), null);
    server.setErrorHandler(ConsoleServer::refuse);
    connector = new ServerConnector(server, 0, 1, new HttpConnectionFactory(configuration()));
    // {@link Connections} closes idle connections.
    connector.setIdleTimeout(0);
    connector.addBean(connections);
    connector.setHost(address.getHostAddress());
    server.addConnector(connector);
    try {
      ServerSocketChannel channel = ServerSocketChannel.open();
      connector.open(bound(channel, new InetSocketAddress(address, port)));
    } catch (IOException e) {
      connections.close();
      String place = Hosts.inUri(address) + ":" + port;
      throw new StorageException(
          place,
          "The console cannot listen on "
              + place
              + " ("
              + e.getMessage()
              + "): choose another port",
          e);
    }
  }

  private static ServerSocketChannel bound(ServerSocketChannel channel, InetSocketAddress address)
      throws IOException {
    try {
      return channel.bind(address, BACKLOG);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static HttpConfiguration configuration() {
    HttpConfiguration configuration = new HttpConfiguration();
    configuration.setSendServerVersion(false);
    configuration.setRequestHeaderSize(MOST_HEAD_BYTES);
    // Routes and assets compare undecoded paths, so ambiguous paths do no harm.
    configuration.setUriCompliance(UriCompliance.UNSAFE);
    return configuration;
  }

  /** Returns the connection limit: half of the file descriptors of the process at most. */
  static int mostConnections() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? (int) Math.min(MOST_CONNECTIONS, unix.getMaxFileDescriptorCount() / 2)
        : MOST_CONNECTIONS;
  }

  /** Returns the bound address. */
  InetSocketAddress address() {
    try {
      ServerSocketChannel channel = (ServerSocketChannel) connector.getTransport();
      return (InetSocketAddress) channel.getLocalAddress();
    } catch (IOException e) {
      throw new StorageException("console", "The console is closed", e);
    }
  }

  void start(Guard guard, Consumer<Api> calls) {
    // Bodies are complete before a thread handles their request. Requests that are refused without
    // regard to their body do not wait for it.
    EagerContentHandler bodies =
        new EagerContentHandler(
            new EagerContentHandler.RetainedContentLoaderFactory(
                RequestBody.MOST_BYTES + 1, 0, false));
    bodies.include(
        request ->
            guard.isAuthorized(request.getHeaders()) && RequestBody.isJson(request.getHeaders()));
    server.setHandler(new QueuedResponse.Queueing(bodies, connections));
    try {
      Javalin.create(
              config -> {
                config.unsafe.jettyInternal.server = server;
                config.jetty.modifyServletContextHandler(
                    context -> context.setErrorHandler(ConsoleServer::refuse));
                new WebApp(guard).configure(config);
                calls.accept(new Api(config.routes));
              })
          .start();
    } catch (RuntimeException | LinkageError e) {
      close();
      throw new StorageException("console", "The console cannot be started: " + e, e);
    }
  }

  /** Answers malformed requests and requests that failed before the handler. */
  private static boolean refuse(Request request, Response response, Callback callback) {
    Object cause = request.getAttribute(ErrorHandler.ERROR_EXCEPTION);
    ErrorView error =
        cause instanceof HttpException http
            ? malformed(http)
            : new ErrorView(HttpStatus.getMessage(response.getStatus()), response.getStatus());
    Guard.HEADERS.forEach(response.getHeaders()::put);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, RequestBody.JSON);
    response.setStatus(error.status());
    response.write(true, ByteBuffer.wrap(Json.bytes(error)), callback);
    return true;
  }

  /** Malformed requests, unknown versions and unknown encodings are errors of the client. */
  private static ErrorView malformed(HttpException http) {
    int status =
        HttpStatus.isServerError(http.getCode()) ? HttpStatus.BAD_REQUEST_400 : http.getCode();
    String reason = Objects.requireNonNullElse(http.getReason(), "the request cannot be parsed");
    return new ErrorView("Invalid HTTP/1.1 request: " + reason, status);
  }

  /** Closes all connections and stops the server. */
  @Override
  public void close() {
    connections.close();
    // The server's threads take an interrupt of the caller.
    boolean interrupted = Thread.interrupted();
    try {
      server.stop();
    } catch (Exception e) {
      throw new StorageException("console", "The console did not stop: " + e.getMessage(), e);
    } finally {
      connector.close();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
