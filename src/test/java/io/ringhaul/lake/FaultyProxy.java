package io.ringhaul.lake;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A proxy before an object store that answers some requests itself, with an error. It forwards all
 * others unchanged, so that their signatures stay valid.
 */
final class FaultyProxy implements AutoCloseable {

  /** Decides which requests fail. */
  interface Faults {

    /**
     * Decides about one request.
     *
     * @param head the request's first line and headers
     * @return the error; empty to forward the request
     */
    Optional<Fault> of(String head);
  }

  /** An error as S3 answers it. */
  record Fault(int status, String code) {

    static final Fault SLOW_DOWN = new Fault(503, "SlowDown");
    static final Fault INTERNAL_ERROR = new Fault(500, "InternalError");

    private byte[] response(String head) {
      String body =
          head.startsWith("HEAD")
              ? ""
              : "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>"
                  + code
                  + "</Code><Message>"
                  + code
                  + " by the test</Message></Error>";
      return ("HTTP/1.1 "
              + status
              + " "
              + code
              + "\r\nContent-Type: application/xml\r\nContent-Length: "
              + body.length()
              + "\r\nConnection: close\r\n\r\n"
              + body)
          .getBytes(ISO_8859_1);
    }
  }

  private static final Pattern LENGTH = Pattern.compile("(?i)\r\nContent-Length: *([0-9]+)");
  private static final Pattern EXPECT = Pattern.compile("(?i)\r\nExpect: *100-continue");

  private final ServerSocket listening;
  private final URI server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private volatile Faults faults = head -> Optional.empty();

  FaultyProxy(String server) throws IOException {
    this.server = URI.create(server);
    listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    threads.execute(this::accept);
  }

  String endpoint() {
    return "http://127.0.0.1:" + listening.getLocalPort();
  }

  void faults(Faults chosen) {
    faults = chosen;
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket client = listening.accept();
        threads.execute(() -> serve(client));
      } catch (IOException e) {
        return; // The proxy is closed.
      }
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket upstream = new Socket(server.getHost(), server.getPort())) {
      threads.execute(() -> pump(upstream, client));
      InputStream in = new BufferedInputStream(client.getInputStream());
      OutputStream out = upstream.getOutputStream();
      for (String head = head(in); !head.isEmpty(); head = head(in)) {
        Matcher length = LENGTH.matcher(head);
        long body = length.find() ? Long.parseLong(length.group(1)) : 0;
        boolean waits = EXPECT.matcher(head).find();
        Optional<Fault> fault = faults.of(head);
        if (fault.isPresent()) {
          if (!waits) {
            copy(in, OutputStream.nullOutputStream(), body);
          }
          client.getOutputStream().write(fault.get().response(head));
          client.shutdownOutput();
          return;
        }
        out.write(EXPECT.matcher(head).replaceFirst("").getBytes(ISO_8859_1));
        if (waits) {
          client.getOutputStream().write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(ISO_8859_1));
        }
        copy(in, out, body);
        out.flush();
      }
    } catch (IOException e) {
      // A side closed the connection, as after each fault.
    }
  }

  /** Returns the next request's first line and headers with the empty line; empty at the end. */
  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0; b = in.read()) {
      head.write(b);
      if (b == '\n' && head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
        return head.toString(ISO_8859_1);
      }
    }
    return "";
  }

  private static void copy(InputStream in, OutputStream out, long bytes) throws IOException {
    byte[] buffer = new byte[8192];
    long left = bytes;
    while (left > 0) {
      int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (read < 0) {
        throw new EOFException();
      }
      out.write(buffer, 0, read);
      left -= read;
    }
  }

  private static void pump(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
      to.close();
    } catch (IOException e) {
      // A side closed the connection.
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    threads.shutdownNow();
  }
}
