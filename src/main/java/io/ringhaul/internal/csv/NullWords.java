package io.ringhaul.internal.csv;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.List;

/** The texts that stand for null where they have no quotes. The empty text always does. */
final class NullWords {

  private final byte[][] words;

  NullWords(List<String> words) {
    this.words = words.stream().map(word -> word.getBytes(UTF_8)).toArray(byte[][]::new);
  }

  /** Whether the field, which has no quotes, is null. */
  boolean isNull(CsvRecord record, int field) {
    int length = record.length(field);
    if (length == 0) {
      return true;
    }
    int start = record.start(field);
    for (byte[] word : words) {
      if (Arrays.equals(word, 0, word.length, record.array(), start, start + length)) {
        return true;
      }
    }
    return false;
  }
}
