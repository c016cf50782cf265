package io.ringhaul.console;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads the event stream of a console; a read without data for 20 s fails. */
final class EventReader implements AutoCloseable {

  private static final int TIMEOUT_MILLIS = 20_000;

  private final InputStream stream;
  private final BufferedReader lines;

  EventReader(URI uri) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
    connection.setReadTimeout(TIMEOUT_MILLIS);
    stream = connection.getInputStream();
    lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
  }

  /** Returns the data of the next event with the given name, skipping others; null at the end. */
  @Nullable String next(String event) throws IOException {
    boolean isWanted = false;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith("event: ")) {
        isWanted = line.equals("event: " + event);
      } else if (isWanted && line.startsWith("data: ")) {
        return line.substring("data: ".length());
      }
    }
    return null;
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
