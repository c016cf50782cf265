package io.ringhaul.cli;

import io.ringhaul.internal.jackson.Json;

/** Prints a value as one line of JSON, by default to standard output. */
final class JsonResult {

  private JsonResult() {}

  /**
   * @param value strings, numbers, booleans, lists and maps
   */
  static void print(Object value) {
    print(value, false);
  }

  /**
   * @param toErr whether standard error gets the value, because standard output has rows
   */
  static void print(Object value, boolean toErr) {
    (toErr ? System.err : System.out).println(Json.text(value));
  }
}
