package io.ringhaul.cli.sandbox;

import io.ringhaul.exceptions.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;

/** The folder of one node: its data, its logs and its configuration files. */
record NodeFiles(Path home) {

  Path data() {
    return home.resolve("data");
  }

  Path logs() {
    return home.resolve("logs");
  }

  /** Cassandra's log. */
  Path log() {
    return logs().resolve("system.log");
  }

  /** The output of the JVM, such as the reason for a failed start. */
  Path output() {
    return logs().resolve("output.log");
  }

  /** The folder for unpacked native libraries; a killed process leaves them there. */
  Path temporary() {
    return home.resolve("tmp");
  }

  Path yaml() {
    return home.resolve("cassandra.yaml");
  }

  Path logback() {
    return home.resolve("logback.xml");
  }

  Path rack() {
    return home.resolve("cassandra-rackdc.properties");
  }

  /** A class path entry that contains only {@link NodeMain}. */
  Path classes() {
    return home.resolve("classes");
  }

  /** Whether the node has data of an earlier start. */
  boolean hasData() {
    return Files.exists(data());
  }

  /**
   * Writes the node's configuration files.
   *
   * @throws StorageException if the folder is not writable
   */
  void write(String cassandraYaml, String datacenter, String rack) {
    try {
      Files.createDirectories(logs());
      Files.createDirectories(temporary());
      Files.writeString(yaml(), cassandraYaml);
      Files.writeString(logback(), logbackXml());
      Files.writeString(rack(), "dc=" + datacenter + "\nrack=" + rack + "\n");
      copyMainClass();
    } catch (IOException e) {
      throw new StorageException(
          home.toString(), "The node's folder " + home + " cannot be written to: " + e, e);
    }
  }

  private String logbackXml() {
    return """
    <configuration>
      <statusListener class="ch.qos.logback.core.status.NopStatusListener"/>
      <appender name="FILE" class="ch.qos.logback.core.FileAppender">
        <file>%s</file>
        <encoder>
          <pattern>%%-5level [%%thread] %%date{ISO8601} %%logger{20} - %%msg%%n</pattern>
        </encoder>
      </appender>
      <root level="INFO">
        <appender-ref ref="FILE"/>
      </root>
    </configuration>
    """
        .formatted(log().toString().replace("&", "&amp;").replace("<", "&lt;"));
  }

  private void copyMainClass() throws IOException {
    String name = NodeMain.class.getSimpleName() + ".class";
    Path target = classes().resolve(NodeMain.class.getName().replace('.', '/') + ".class");
    Files.createDirectories(Objects.requireNonNull(target.getParent()));
    try (InputStream compiled =
        Objects.requireNonNull(NodeMain.class.getResourceAsStream(name), name)) {
      Files.copy(compiled, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
