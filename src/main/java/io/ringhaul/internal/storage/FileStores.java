package io.ringhaul.internal.storage;

import io.ringhaul.exceptions.StorageException;
import java.io.IOException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.io.FileIO;
import org.jspecify.annotations.Nullable;

/**
 * Opens the store of each location: the local disk, or the clients of object stores, of which one
 * is opened for each kind of store. Thread-safe.
 */
public final class FileStores implements AutoCloseable {

  private static final String STAGING = "s3.staging-dir";

  /** What Iceberg leaves to its caller; with a back-off of 2 to 20 seconds. */
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "s3.retry.num-retries", "8",
          "s3.delete.batch-size", "1000",
          "http-client.apache.max-connections", "200");

  private final StorageProperties properties;
  private final Map<ObjectScheme, ObjectFiles> opened = new EnumMap<>(ObjectScheme.class);
  private @Nullable StagingFolder staging;

  public FileStores(StorageProperties properties) {
    this.properties = properties;
  }

  /**
   * Returns the store of a location.
   *
   * @throws StorageException if a library is missing, or a property is invalid
   */
  public FileStore of(String location) {
    return Locations.isObject(location) ? objects(location) : LocalFiles.STORE;
  }

  /**
   * Returns the object store of a URI.
   *
   * @throws StorageException if a library is missing, or a property is invalid
   */
  public synchronized ObjectFiles objects(String location) {
    ObjectScheme scheme = ObjectScheme.ofLocation(location);
    ObjectFiles known = opened.get(scheme);
    if (known == null) {
      known = open(scheme, location);
      opened.put(scheme, known);
    }
    return known;
  }

  private ObjectFiles open(ObjectScheme scheme, String location) {
    try {
      Class.forName(scheme.fileIo(), false, FileStores.class.getClassLoader());
    } catch (ClassNotFoundException | LinkageError e) {
      throw missing(scheme, location, e);
    }
    try {
      FileIO io = CatalogUtil.loadFileIO(scheme.fileIo(), with(scheme), conf(scheme));
      return new ObjectFiles(io, scheme);
    } catch (LinkageError e) {
      throw missing(scheme, location, e);
    } catch (IOException | RuntimeException e) {
      throw new StorageException(
          location, String.format("%s cannot be opened: %s", location, ObjectTrouble.of(e)), e);
    }
  }

  /** HDFS takes its configuration from {@code core-site.xml} on the class path, and properties. */
  private @Nullable Object conf(ObjectScheme scheme) {
    if (scheme != ObjectScheme.HDFS) {
      return null;
    }
    org.apache.hadoop.conf.Configuration conf = new org.apache.hadoop.conf.Configuration();
    properties.values().forEach(conf::set);
    return conf;
  }

  private Map<String, String> with(ObjectScheme scheme) throws IOException {
    Map<String, String> all = new HashMap<>(properties.values());
    if (scheme == ObjectScheme.S3) {
      DEFAULTS.forEach(all::putIfAbsent);
      if (!all.containsKey(STAGING)) {
        StagingFolder folder = StagingFolder.create();
        staging = folder;
        all.put(STAGING, folder.path().toString());
      }
    }
    return all;
  }

  private static StorageException missing(ObjectScheme scheme, String location, Throwable cause) {
    return new StorageException(
        location,
        String.format(
            "%s cannot be opened because %s is missing: add %s to the class path",
            location, scheme.fileIo(), scheme.artifacts()),
        cause);
  }

  @Override
  public synchronized void close() {
    opened.values().forEach(ObjectFiles::close);
    opened.clear();
    StagingFolder folder = staging;
    staging = null;
    if (folder != null) {
      folder.close();
    }
  }
}
