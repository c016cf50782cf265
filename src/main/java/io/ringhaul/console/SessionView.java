package io.ringhaul.console;

import org.jspecify.annotations.Nullable;

/**
 * What a page is to know first.
 *
 * @param store where the jobs are kept; null for who may not know
 * @param token whether reading takes the token
 * @param authorized whether this request had it
 */
record SessionView(String version, @Nullable String store, TokenNeed token, boolean authorized) {

  /** Whether reading takes the token. */
  enum TokenNeed {
    required,
    open
  }
}
