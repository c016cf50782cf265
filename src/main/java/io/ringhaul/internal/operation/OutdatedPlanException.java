package io.ringhaul.internal.operation;

import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.StorageException;

/** An incremental export cannot be committed as it was planned, but can be planned again. */
final class OutdatedPlanException extends StorageException {

  private static final long serialVersionUID = 1;

  /**
   * @param remedy how to plan the export again
   */
  OutdatedPlanException(StorageException refusal, String remedy) {
    super(refusal.location(), refusal.message(Setting::mark) + "; " + remedy, refusal);
  }
}
