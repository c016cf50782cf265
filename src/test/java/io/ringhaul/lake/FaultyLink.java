package io.ringhaul.lake;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A link to an object store that answers some requests itself with 503 (SlowDown), lets some
 * requests through one at a time, or makes the store one that ignores preconditions. Each
 * connection carries one request.
 */
public final class FaultyLink implements AutoCloseable {

  private static final String SLOW_DOWN =
      "<?xml version=\"1.0\"?><Error><Code>SlowDown</Code>"
          + "<Message>Please reduce your request rate.</Message></Error>";

  private static final Pattern CONDITION = Pattern.compile("(?i)\r\nIf-(None-)?Match: [^\r]*");

  private final ServerSocket server;
  private final URI store;
  private final Queue<String> requests = new ConcurrentLinkedQueue<>();
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private final ReentrantLock one = new ReentrantLock();
  private final CyclicBarrier both = new CyclicBarrier(2);
  private volatile boolean ignoresConditions;
  private volatile String refusedText = "";
  private volatile int refusedEvery = Integer.MAX_VALUE;
  private volatile String oneMethod = "none";
  private volatile String oneName = "none";

  private FaultyLink(ServerSocket server, URI store) {
    this.server = server;
    this.store = store;
  }

  /** Opens a link that changes nothing yet. */
  public static FaultyLink to(ObjectStore store) throws IOException {
    FaultyLink link =
        new FaultyLink(
            new ServerSocket(0, 50, InetAddress.getLoopbackAddress()),
            URI.create(store.endpoint()));
    start(link::accept);
    return link;
  }

  /** Answers each nth request with 503. */
  public FaultyLink refusingEvery(int nth) {
    refusedEvery = nth;
    return this;
  }

  /** Answers each request whose first line has a text with 503. */
  public FaultyLink refusing(String text) {
    refusedText = text;
    return this;
  }

  /** Lets requests of a method whose first line has a text through one at a time. */
  public FaultyLink oneAtATime(String method, String name) {
    oneName = name;
    oneMethod = method;
    return this;
  }

  /**
   * Removes the preconditions of writes, and answers them in pairs: when both are done. The store
   * must not check signatures.
   */
  public FaultyLink ignoringConditions() {
    ignoresConditions = true;
    return this;
  }

  public String endpoint() {
    return "http://127.0.0.1:" + server.getLocalPort();
  }

  /** Returns how many requests of a method have a text in their first line. */
  public long requests(String method, String text) {
    return requests.stream()
        .filter(line -> line.startsWith(method + " ") && line.contains(text))
        .count();
  }

  /** Returns how many requests were answered with 503. */
  public int refused() {
    return refused.get();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }

  private static void start(Runnable body) {
    Thread thread = new Thread(body, "faulty-link");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        start(() -> serve(client));
      } catch (IOException e) {
        return; // The link is closed.
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      String head = head(client.getInputStream());
      if (head.isEmpty()) {
        return;
      }
      String line = head.lines().findFirst().orElse("");
      requests.add(line);
      boolean isRefused = !refusedText.isEmpty() && line.contains(refusedText);
      if (count.incrementAndGet() % refusedEvery == 0 || isRefused) {
        refused.incrementAndGet();
        refuse(client);
        return;
      }
      boolean isOne = line.startsWith(oneMethod + " ") && line.contains(oneName);
      if (isOne) {
        one.lock();
      }
      try {
        Matcher condition = CONDITION.matcher(head);
        if (ignoresConditions && line.startsWith("PUT ") && condition.find()) {
          ByteArrayOutputStream answer = new ByteArrayOutputStream();
          forward(client, condition.replaceAll(""), answer);
          both.await(30, TimeUnit.SECONDS);
          client.getOutputStream().write(answer.toByteArray());
        } else {
          forward(client, head, client.getOutputStream());
        }
      } finally {
        if (isOne) {
          one.unlock();
        }
      }
    } catch (IOException e) {
      // The client or the store has closed its connection; the client sees that.
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new IllegalStateException("The other write has not come", e);
    }
  }

  private static void refuse(Socket client) throws IOException {
    byte[] body = SLOW_DOWN.getBytes(StandardCharsets.UTF_8);
    OutputStream out = client.getOutputStream();
    out.write(
        ("HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nConnection: close\r\n"
                + "Content-Length: "
                + body.length
                + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII));
    out.write(body);
    out.flush();
    client.shutdownOutput();
    // An unread body would reset the connection before the client reads the answer.
    client.setSoTimeout(500);
    client.getInputStream().transferTo(OutputStream.nullOutputStream());
  }

  private void forward(Socket client, String head, OutputStream answer) throws IOException {
    try (Socket behind = new Socket(store.getHost(), store.getPort())) {
      String closing =
          head.replaceFirst("(?i)\r\nConnection: [^\r]*", "")
              .replaceFirst("\r\n\r\n$", "\r\nConnection: close\r\n\r\n");
      behind.getOutputStream().write(closing.getBytes(StandardCharsets.ISO_8859_1));
      start(
          () -> {
            try {
              client.getInputStream().transferTo(behind.getOutputStream());
            } catch (IOException e) {
              // The answer is complete, and the connections are closed.
            }
          });
      behind.getInputStream().transferTo(answer);
    }
  }

  /** Reads the first line and the headers, with the empty line after them. */
  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int end = 0;
    while (end < 4) {
      int next = in.read();
      if (next < 0) {
        return "";
      }
      head.write(next);
      end = next == (end % 2 == 0 ? '\r' : '\n') ? end + 1 : next == '\r' ? 1 : 0;
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }
}
