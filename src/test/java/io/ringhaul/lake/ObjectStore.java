package io.ringhaul.lake;

import io.ringhaul.cli.sandbox.ForeignClassPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An object store with the API of S3 (S3Proxy over a folder) in a process of its own. A bucket is a
 * folder, an object is a file in it.
 */
public final class ObjectStore implements AutoCloseable {

  public static final String ACCESS_KEY = "test-access-key";
  public static final String SECRET_KEY = "test-secret-key";

  private final Path folder;
  private final int port;
  private final boolean checksSignatures;
  private @Nullable ServerProcess process;

  private ObjectStore(Path folder, int port, boolean checksSignatures) {
    this.folder = folder;
    this.port = port;
    this.checksSignatures = checksSignatures;
  }

  /**
   * Starts a store without buckets.
   *
   * @param folder an empty folder for the objects and for the server's log
   */
  public static ObjectStore start(Path folder) throws IOException, InterruptedException {
    return start(folder, true);
  }

  /** Same, for a store that takes any signature, so that a link may change requests. */
  public static ObjectStore startOpen(Path folder) throws IOException, InterruptedException {
    return start(folder, false);
  }

  private static ObjectStore start(Path folder, boolean checksSignatures)
      throws IOException, InterruptedException {
    ObjectStore store = new ObjectStore(folder, ServerProcess.freePort(), checksSignatures);
    Files.createDirectories(folder.resolve("buckets"));
    store.resume();
    return store;
  }

  /** Starts the server again after {@link #pause}, on the same port with the same objects. */
  public void resume() throws IOException, InterruptedException {
    Path config = folder.resolve("s3proxy.conf");
    Files.writeString(
        config,
        String.join(
            "\n",
            "s3proxy.authorization=" + (checksSignatures ? "aws-v2-or-v4" : "none"),
            "s3proxy.endpoint=" + endpoint(),
            "s3proxy.identity=" + ACCESS_KEY,
            "s3proxy.credential=" + SECRET_KEY,
            "s3proxy.ignore-unknown-headers=true",
            "jclouds.provider=filesystem-nio2",
            "jclouds.filesystem.basedir=" + folder.resolve("buckets")));
    // S3Proxy's own list of dependencies has an older version, which its XML library rejects.
    List<Path> jars =
        ForeignClassPath.of(
            "S3Proxy",
            "com.fasterxml.jackson.core:jackson-annotations:2.22",
            "org.gaul:s3proxy:4.1.0");
    process =
        ServerProcess.start(
            "S3Proxy",
            ServerProcess.java(),
            jars,
            List.of(
                "-Xmx256m",
                "-DLOG_LEVEL=warn",
                "org.gaul.s3proxy.Main",
                "--properties",
                config.toString()),
            Map.of(),
            ServerProcess.local(port),
            folder.resolve("s3proxy.log"));
  }

  /** Ends the server with SIGKILL and keeps its objects. */
  public void pause() throws InterruptedException {
    ServerProcess running = process;
    process = null;
    if (running != null) {
      running.close();
    }
  }

  /** Creates a bucket and returns its URI, {@code s3://NAME}. */
  public String bucket(String name) throws IOException {
    Files.createDirectories(path(name));
    return "s3://" + name;
  }

  /** Returns the folder of a bucket, or the file of an object. */
  public Path path(String bucketAndKey) {
    return folder.resolve("buckets").resolve(bucketAndKey);
  }

  public String endpoint() {
    return "http://127.0.0.1:" + port;
  }

  /** Returns the properties with which Iceberg's {@code S3FileIO} reaches this store. */
  public Map<String, String> properties() {
    return properties(endpoint());
  }

  /** Returns the properties with which {@code S3FileIO} reaches this store through a proxy. */
  public static Map<String, String> properties(String endpoint) {
    return Map.of(
        "s3.endpoint", endpoint,
        "s3.path-style-access", "true",
        "s3.access-key-id", ACCESS_KEY,
        "s3.secret-access-key", SECRET_KEY,
        "client.region", "us-east-1");
  }

  @Override
  public void close() throws InterruptedException {
    pause();
  }
}
