package io.ringhaul.cli;

import io.ringhaul.internal.jackson.Json;

/** Prints a value to standard output as one line of JSON. */
final class JsonResult {

  private JsonResult() {}

  /**
   * @param value strings, numbers, booleans, lists and maps
   */
  static void print(Object value) {
    System.out.println(Json.text(value));
  }
}
