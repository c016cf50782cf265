package io.ringhaul.exceptions;

/** An export would pass the bytes that its files may have. */
public final class DiskLimitException extends StorageException {

  private static final long serialVersionUID = 1;

  private final long bytes;

  /**
   * @param location where the files are, for people
   * @param bytes the bytes that they may have
   * @param message one sentence on what was reached, and one on what to do
   */
  public DiskLimitException(String location, long bytes, String message) {
    super(location, message, null);
    this.bytes = bytes;
  }

  /** How many bytes the files may have. */
  public long bytes() {
    return bytes;
  }
}
