package io.ringhaul.internal.iceberg;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.SupportsPrefixOperations;

/**
 * Local files, for a catalog that gives each table its own file access. Remembers the instances. An
 * instance that was closed, or whose credentials have ended, fails.
 */
public final class RecordingFileIO implements SupportsPrefixOperations {

  private static final long serialVersionUID = 1;

  private static final List<RecordingFileIO> ALL = Collections.synchronizedList(new ArrayList<>());

  private final LocalFileIO files = new LocalFileIO();
  private Map<String, String> properties = Map.of();
  private volatile boolean closed;

  /** Called by Iceberg through reflection. */
  public RecordingFileIO() {
    ALL.add(this);
  }

  /** Forgets the instances of earlier tests. */
  static void forget() {
    ALL.clear();
  }

  static long closed() {
    return List.copyOf(ALL).stream().filter(io -> io.closed).count();
  }

  @Override
  public void initialize(Map<String, String> given) {
    properties = Map.copyOf(given);
  }

  @Override
  public Map<String, String> properties() {
    return properties;
  }

  @Override
  public InputFile newInputFile(String path) {
    return open().newInputFile(path);
  }

  @Override
  public OutputFile newOutputFile(String path) {
    return open().newOutputFile(path);
  }

  @Override
  public void deleteFile(String path) {
    open().deleteFile(path);
  }

  @Override
  public Iterable<FileInfo> listPrefix(String prefix) {
    return open().listPrefix(prefix);
  }

  @Override
  public void deletePrefix(String prefix) {
    open().deletePrefix(prefix);
  }

  private LocalFileIO open() {
    if (closed) {
      throw new IllegalStateException("the file access is closed");
    }
    String end = properties.get("s3.session-token-expires-at-ms");
    if (end != null && System.currentTimeMillis() > Long.parseLong(end)) {
      throw new IllegalStateException(
          "ExpiredToken: the token has expired (Service: S3, Status Code: 403, Request ID: 1)");
    }
    return files;
  }

  @Override
  public void close() {
    closed = true;
  }
}
