package io.ringhaul.internal.jobstore;

/** A stored value is not the written one. Converted to an exception that names the store. */
public final class DamagedRecord extends RuntimeException {

  private static final long serialVersionUID = 1;

  /**
   * @param message what is damaged
   */
  DamagedRecord(String message) {
    super(message);
  }
}
