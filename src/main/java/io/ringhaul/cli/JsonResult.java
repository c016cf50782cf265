package io.ringhaul.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

/** Puts a value on standard output as one line of JSON. */
final class JsonResult {

  private static final ObjectMapper JSON = new ObjectMapper();

  private JsonResult() {}

  /**
   * @param value texts, numbers, lists and maps of them
   */
  static void print(Object value) {
    try {
      System.out.println(JSON.writeValueAsString(value));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Texts and numbers are always JSON", e);
    }
  }
}
