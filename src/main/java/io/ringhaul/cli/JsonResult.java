package io.ringhaul.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

/** Prints a value to standard output as one line of JSON. */
final class JsonResult {

  private static final ObjectMapper JSON = new ObjectMapper();

  private JsonResult() {}

  /**
   * @param value strings, numbers, booleans, lists and maps
   */
  static void print(Object value) {
    try {
      System.out.println(JSON.writeValueAsString(value));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Strings and numbers can always be written as JSON", e);
    }
  }
}
