package io.ringhaul.internal.disk;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A read or write failed for a known reason, such as an object store that does not answer. The
 * message says why and what to do; it starts in lower case and has no full stop.
 */
public final class ExplainedException extends IOException {

  private static final long serialVersionUID = 1;

  public ExplainedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** Returns the message, which is for people, without the name of the class. */
  @Override
  @SuppressWarnings("OverrideThrowableToString")
  public String toString() {
    return String.valueOf(getMessage());
  }
}
