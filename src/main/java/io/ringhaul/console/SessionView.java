package io.ringhaul.console;

import org.jspecify.annotations.Nullable;

/**
 * The information that a page needs first.
 *
 * @param store the location of the jobs; null for unauthorized callers
 * @param token shows if reading requires the token
 * @param authorized true if this request had the token
 */
record SessionView(String version, @Nullable String store, TokenNeed token, boolean authorized) {

  /** Shows if reading requires the token. */
  enum TokenNeed {
    required,
    open
  }
}
