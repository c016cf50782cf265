package io.ringhaul.console;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Sends arbitrary bytes to a console. */
final class RawHttp {

  /**
   * A longer wait means that the console hangs; shorter waits depend on the load of the machine.
   */
  private static final int TIMEOUT_MILLIS = 20_000;

  private RawHttp() {}

  /**
   * Sends bytes and reads until the console closes the connection.
   *
   * @return the response; empty if the connection was closed without one
   * @throws AssertionError if the connection is still open after 20 s
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
      // The console closed the connection during the write or the read, which is a valid
      // response.
    }
    return text(answer.toByteArray());
  }

  /** Sends a request header with correct line ends and no body. */
  static String exchange(URI console, String... lines) {
    String head = String.join("\r\n", lines) + "\r\nConnection: close\r\n\r\n";
    return exchange(console, head.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Returns the status of a response; 0 for none. */
  static int status(String answer) {
    return answer.startsWith("HTTP/1.1 ") ? Integer.parseInt(answer.substring(9, 12)) : 0;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
