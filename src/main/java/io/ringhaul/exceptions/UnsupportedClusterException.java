package io.ringhaul.exceptions;

/**
 * The cluster, or the session's view of it, does not support token-aware operations: an unsupported
 * partitioner, disabled token metadata, or ranges that do not cover the ring exactly.
 */
public class UnsupportedClusterException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  /**
   * @param message one sentence with the cause and what to do
   */
  public UnsupportedClusterException(String message) {
    super(message);
  }
}
