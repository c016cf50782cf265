package io.ringhaul.exceptions;

/**
 * The cluster, or the session's view of it, is one that token-aware operations cannot work with: an
 * unsupported partitioner, a token map that is switched off, ranges that do not tile the ring.
 */
public class UnsupportedClusterException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  /**
   * @param message one sentence that names the cause and what to do
   */
  public UnsupportedClusterException(String message) {
    super(message);
  }
}
