package io.ringhaul.exceptions;

/** The files of an export would exceed their limit of bytes. */
public final class DiskLimitException extends StorageException {

  private static final long serialVersionUID = 1;

  private final long bytes;

  /**
   * @param location the location of the files, for messages
   * @param bytes the limit
   * @param message one sentence on the limit that was reached, and one on what to do
   */
  public DiskLimitException(String location, long bytes, String message) {
    super(location, message, null);
    this.bytes = bytes;
  }

  /** The limit on the size of the files, in bytes. */
  public long bytes() {
    return bytes;
  }
}
