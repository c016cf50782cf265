package io.ringhaul.internal.jobstore;

/** What is stored is not what was written; on its way to whoever knows the store. */
public final class DamagedRecord extends RuntimeException {

  private static final long serialVersionUID = 1;

  /**
   * @param message what is damaged
   */
  DamagedRecord(String message) {
    super(message);
  }
}
