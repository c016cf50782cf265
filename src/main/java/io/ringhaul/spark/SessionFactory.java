package io.ringhaul.spark;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import io.ringhaul.exceptions.InvalidSettingException;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Opens sessions to one cluster, in the process that begins an operation and on each executor. It
 * is sent to the executors, so everything that it refers to must be serializable.
 *
 * <p>Each process keeps one session of a factory open while tasks use it, and closes it a minute
 * after the last one.
 */
@FunctionalInterface
public interface SessionFactory extends Serializable {

  /** Opens a session. Ringhaul closes it. */
  CqlSession open();

  /**
   * Returns a factory with the driver's configuration file. The file is read now, and its contents
   * are sent to the executors.
   *
   * @param file a file such as {@code application.conf}, with the section {@code
   *     datastax-java-driver}
   * @throws InvalidSettingException if the file cannot be read
   */
  static SessionFactory file(Path file) {
    try {
      return ofText(Files.readString(file));
    } catch (IOException e) {
      throw new InvalidSettingException(
          "file", "The driver's configuration file " + file + " cannot be read: " + e.getMessage());
    }
  }

  /**
   * Returns a factory with settings of the driver.
   *
   * @param settings by their paths below {@code datastax-java-driver}, such as {@code
   *     basic.load-balancing-policy.local-datacenter}; an element of a list has its number at the
   *     end, such as {@code basic.contact-points.0}
   */
  static SessionFactory of(Map<String, String> settings) {
    return ofText(
        new TreeMap<>(settings)
            .entrySet().stream()
                .map(each -> "datastax-java-driver." + each.getKey() + " = " + quoted(each))
                .collect(Collectors.joining("\n")));
  }

  private static String quoted(Map.Entry<String, String> setting) {
    return '"' + setting.getValue().replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private static SessionFactory ofText(String text) {
    // An idle session must not keep a process alive that has nothing else to do. Its requests have
    // ended when it is closed, so the driver's threads need not wait for others.
    String settings =
        """
        datastax-java-driver.advanced.netty {
          daemon = true
          io-group.shutdown.quiet-period = 0
          admin-group.shutdown.quiet-period = 0
        }
        """
            + text;
    return () ->
        CqlSession.builder().withConfigLoader(DriverConfigLoader.fromString(settings)).build();
  }
}
