package io.ringhaul.internal.text;

import com.fasterxml.jackson.core.JsonParser;
import io.ringhaul.internal.cql.ByteSink;
import java.io.IOException;
import java.text.DecimalFormatSymbols;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Parses numbers with the digits and separators of a locale, such as {@code 1.234,5}. The separator
 * of groups stands between groups of three digits only, so that {@code 1.5} is not read as 15.
 */
final class LocalNumbers implements ValueParser {

  private static final String BLANKS = " \u00a0\u202f";
  private static final String APOSTROPHES = "'\u2019";
  private static final String MINUS = "-\u2212";

  /** The values of float and double that are no numbers. */
  private static final Set<String> WORDS = Set.of("NaN", "Infinity", "-Infinity");

  /** Marks of the writing direction, which some locales have beside signs. */
  private static final Pattern DIRECTION = Pattern.compile("[\u061c\u200e\u200f]");

  private final NumberText.NumberParser parser;
  private final Locale locale;
  private final Pattern group;
  private final Pattern form;
  private final Pattern minus;
  private final char decimal;

  LocalNumbers(NumberText.NumberParser parser, Locale locale) {
    this.parser = parser;
    this.locale = locale;
    DecimalFormatSymbols symbols = DecimalFormatSymbols.getInstance(locale);
    this.decimal = symbols.getDecimalSeparator();
    String groups = "[" + Pattern.quote(alike(symbols.getGroupingSeparator())) + "]";
    String fraction = "(?:" + Pattern.quote(String.valueOf(decimal)) + "\\d+)?";
    this.group = Pattern.compile(groups);
    this.minus = Pattern.compile("[" + Pattern.quote(MINUS + symbols.getMinusSign()) + "]");
    this.form =
        Pattern.compile(
            "[+-]?(?:\\d+|\\d{1,3}(?:" + groups + "\\d{3})+)" + fraction + "(?:[eE][+-]?\\d+)?");
  }

  /** Returns the separators that people write for a separator. */
  private static String alike(char separator) {
    if (BLANKS.indexOf(separator) >= 0) {
      return BLANKS;
    }
    return APOSTROPHES.indexOf(separator) >= 0 ? APOSTROPHES : String.valueOf(separator);
  }

  @Override
  public void parse(String text, ByteSink out) {
    String plain = minus.matcher(DIRECTION.matcher(ascii(text)).replaceAll("")).replaceAll("-");
    if (!form.matcher(plain).matches()) {
      if (WORDS.contains(text)) {
        parser.parse(text, out);
        return;
      }
      throw parser.noValue(text, " in the locale " + locale.toLanguageTag());
    }
    parser.parse(group.matcher(plain).replaceAll("").replace(decimal, '.'), out);
  }

  @Override
  public void parse(JsonParser json, ByteSink out) throws IOException {
    parser.parse(json, out);
  }

  /** Returns the text with decimal digits of other scripts as ASCII digits. */
  private static String ascii(String text) {
    StringBuilder plain = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      plain.append(Character.isDigit(c) ? (char) ('0' + Character.digit(c, 10)) : c);
    }
    return plain.toString();
  }
}
