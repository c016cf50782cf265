package io.ringhaul.internal.jobstore;

import io.ringhaul.schema.TokenRange;
import java.util.ArrayList;
import java.util.List;

/** Token ranges as one text: {@code start:end,start:end}, in decimal. */
public final class TokenText {

  private TokenText() {}

  public static String of(List<TokenRange> ranges) {
    StringBuilder text = new StringBuilder();
    for (TokenRange each : ranges) {
      if (text.length() > 0) {
        text.append(',');
      }
      text.append(each.startExclusive()).append(':').append(each.endInclusive());
    }
    return text.toString();
  }

  /**
   * The ranges of a text.
   *
   * @throws NumberFormatException if it is none of those that {@link #of} gives
   */
  public static List<TokenRange> parse(String text) {
    List<TokenRange> ranges = new ArrayList<>();
    int start = 0;
    while (start < text.length()) {
      int comma = text.indexOf(',', start);
      int end = comma < 0 ? text.length() : comma;
      int colon = text.indexOf(':', start);
      if (colon < 0 || colon > end) {
        throw new NumberFormatException("no range: " + text.substring(start, end));
      }
      ranges.add(
          new TokenRange(
              Long.parseLong(text, start, colon, 10), Long.parseLong(text, colon + 1, end, 10)));
      start = end + 1;
    }
    return ranges;
  }
}
