package io.ringhaul.internal.jobstore;

import com.fasterxml.jackson.core.type.TypeReference;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.jackson.Json;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Texts that databases accept: without NUL and unpaired surrogates; lists as JSON. */
public final class StoredText {

  private static final char REPLACEMENT = '\uFFFD';

  private StoredText() {}

  /** The entries in one order, whichever the map gives them in. */
  static String sortedJson(Map<String, String> entries) {
    return Json.text(new TreeMap<>(entries));
  }

  static Map<String, String> map(String json) {
    return parse(json, new TypeReference<Map<String, String>>() {});
  }

  static List<String> list(String json) {
    return parse(json, new TypeReference<List<String>>() {});
  }

  public static <T> T parse(String json, TypeReference<T> type) {
    try {
      return Json.read(json, type, "valid JSON");
    } catch (IllegalArgumentException e) {
      throw new DamagedRecord("a text is not valid JSON");
    }
  }

  /** The text, with a replacement for each character that no database takes. */
  static String readable(String text) {
    if (isStorable(text)) {
      return text;
    }
    StringBuilder result = new StringBuilder(text);
    for (int i = 0; i < result.length(); i++) {
      if (result.charAt(i) == 0 || isHalf(result, i)) {
        result.setCharAt(i, REPLACEMENT);
      }
    }
    return result.toString();
  }

  /**
   * The text itself.
   *
   * @throws InvalidSettingException if it has a character that no database takes
   */
  static String exact(String setting, String text) {
    if (!isStorable(text)) {
      throw new InvalidSettingException(
          setting,
          "The job's "
              + setting
              + " has a character that cannot be stored, NUL or an unpaired surrogate: "
              + readable(text));
    }
    return text;
  }

  private static boolean isStorable(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == 0 || isHalf(text, i)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isHalf(CharSequence text, int at) {
    char each = text.charAt(at);
    if (Character.isHighSurrogate(each)) {
      return at + 1 == text.length() || !Character.isLowSurrogate(text.charAt(at + 1));
    }
    return Character.isLowSurrogate(each)
        && (at == 0 || !Character.isHighSurrogate(text.charAt(at - 1)));
  }
}
