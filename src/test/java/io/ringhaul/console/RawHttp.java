package io.ringhaul.console;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Sends bytes to a console that no client would send. */
final class RawHttp {

  /** Whoever takes longer hangs; how fast the console is says nothing of a busy machine. */
  private static final int TIMEOUT_MILLIS = 20_000;

  private RawHttp() {}

  /**
   * Sends these bytes and reads until the console has closed the connection.
   *
   * @return what came back; empty where the connection was closed without a word
   * @throws AssertionError if neither comes within 20 s
   */
  static String exchange(URI console, byte[] bytes) {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    try (Socket socket = new Socket()) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.connect(new InetSocketAddress(console.getHost(), console.getPort()), TIMEOUT_MILLIS);
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
      socket.shutdownOutput();
      InputStream in = socket.getInputStream();
      for (int each = in.read(); each >= 0; each = in.read()) {
        answer.write(each);
      }
    } catch (SocketTimeoutException e) {
      throw new AssertionError("No end within 20 s after " + answer + " to " + text(bytes), e);
    } catch (IOException e) {
      // Closed while we wrote, or while we read: an answer of a kind.
    }
    return text(answer.toByteArray());
  }

  /** The same with a head alone, whose lines end as they should. */
  static String exchange(URI console, String... lines) {
    String head = String.join("\r\n", lines) + "\r\nConnection: close\r\n\r\n";
    return exchange(console, head.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** The status of an answer; 0 for none. */
  static int status(String answer) {
    return answer.startsWith("HTTP/1.1 ") ? Integer.parseInt(answer.substring(9, 12)) : 0;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
