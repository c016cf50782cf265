package io.ringhaul.internal.cql;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;

/**
 * Splits a CQL text into tokens and skips comments. An unterminated string or comment extends to
 * the end, since the server rejects invalid CQL. Not thread-safe.
 */
public final class CqlTokens {

  /** The kind of a token. */
  public enum Kind {
    /** A keyword or a name; a quoted name includes its quotes. */
    WORD,
    /** A string, a number or a UUID. */
    LITERAL,
    /** {@code ?} or {@code :name}. */
    MARKER,
    /** Any other single character. */
    SYMBOL
  }

  /**
   * A token.
   *
   * @param depth number of open brackets of any kind around the token; a bracket is outside itself
   * @param start position in the text
   * @param end position after it
   */
  public record Token(Kind kind, String text, int depth, int start, int end) {

    /** Whether the token is this keyword; quoted names are not keywords. */
    public boolean is(String keyword) {
      return kind == Kind.WORD && text.equalsIgnoreCase(keyword);
    }

    public boolean isSymbol(char symbol) {
      return kind == Kind.SYMBOL && text.charAt(0) == symbol;
    }

    /** Returns the name in a word or named marker. */
    public CqlIdentifier name() {
      String word = kind == Kind.MARKER ? text.substring(1) : text;
      if (!word.startsWith("\"")) {
        return CqlIdentifier.fromInternal(word.toLowerCase(Locale.ROOT));
      }
      boolean ends = word.length() > 1 && word.endsWith("\"");
      return CqlIdentifier.fromInternal(
          word.substring(1, ends ? word.length() - 1 : word.length()).replace("\"\"", "\""));
    }
  }

  private static final int UUID_LENGTH = 36;

  private final String cql;
  private final List<Token> tokens = new ArrayList<>();
  private final StringBuilder brackets = new StringBuilder();
  private int at;

  private CqlTokens(String cql) {
    this.cql = cql;
  }

  public static List<Token> of(String cql) {
    CqlTokens tokens = new CqlTokens(cql);
    while (tokens.at < cql.length()) {
      tokens.next();
    }
    return tokens.tokens;
  }

  /** Returns the index of the first literal, or the length of the text if there is none. */
  static int startOfLiterals(String cql) {
    CqlTokens tokens = new CqlTokens(cql);
    while (tokens.at < cql.length()) {
      int from = tokens.at;
      int before = tokens.tokens.size();
      tokens.next();
      if (tokens.tokens.size() > before && tokens.tokens.get(before).kind() == Kind.LITERAL) {
        return from;
      }
    }
    return cql.length();
  }

  private void next() {
    char c = cql.charAt(at);
    if (Character.isWhitespace(c)) {
      at++;
    } else if (startsWith("--") || startsWith("//")) {
      at = endOf(at, each -> each != '\n' && each != '\r');
    } else if (startsWith("/*")) {
      at = after("*/", at + 2);
    } else if (startsWith("$$")) {
      take(Kind.LITERAL, after("$$", at + 2));
    } else if (c == '\'') {
      take(Kind.LITERAL, endOfQuoted(at));
    } else if (c == '"') {
      take(Kind.WORD, endOfQuoted(at));
    } else if (c == '?') {
      take(Kind.MARKER, at + 1);
    } else if (isUuid()) {
      take(Kind.LITERAL, at + UUID_LENGTH);
    } else if (isDigit(c)) {
      take(Kind.LITERAL, endOfNumber());
    } else if (isLetter(c) || c == '_') {
      take(Kind.WORD, endOf(at, CqlTokens::isOfWord));
    } else if (c == ':' && !isAfterKey()) {
      takeMarker();
    } else {
      takeSymbol(c);
    }
  }

  /** Whether a colon here separates a map key from its value, as in {@code {'a': now()}}. */
  private boolean isAfterKey() {
    if (brackets.length() == 0 || brackets.charAt(brackets.length() - 1) != '{') {
      return false;
    }
    Token last = tokens.get(tokens.size() - 1);
    return last.kind() != Kind.SYMBOL || ")]}".contains(last.text());
  }

  private void takeMarker() {
    int start = at;
    at = endOf(at + 1, Character::isWhitespace);
    int end =
        at < cql.length() && cql.charAt(at) == '"'
            ? endOfQuoted(at)
            : endOf(at, CqlTokens::isOfWord);
    tokens.add(new Token(Kind.MARKER, ":" + cql.substring(at, end), brackets.length(), start, end));
    at = end;
  }

  private void takeSymbol(char c) {
    if (")]}".indexOf(c) >= 0 && brackets.length() > 0) {
      brackets.setLength(brackets.length() - 1);
    }
    take(Kind.SYMBOL, at + 1);
    if ("([{".indexOf(c) >= 0) {
      brackets.append(c);
    }
  }

  private void take(Kind kind, int end) {
    tokens.add(new Token(kind, cql.substring(at, end), brackets.length(), at, end));
    at = end;
  }

  private boolean startsWith(String prefix) {
    return cql.startsWith(prefix, at);
  }

  private int after(String end, int from) {
    int found = cql.indexOf(end, from);
    return found < 0 ? cql.length() : found + end.length();
  }

  private int endOf(int from, IntPredicate part) {
    int end = from;
    while (end < cql.length() && part.test(cql.charAt(end))) {
      end++;
    }
    return end;
  }

  /** A doubled quote is part of the text. */
  private int endOfQuoted(int from) {
    char quote = cql.charAt(from);
    int end = from + 1;
    while (end < cql.length()) {
      if (cql.charAt(end) != quote) {
        end++;
      } else if (end + 1 < cql.length() && cql.charAt(end + 1) == quote) {
        end += 2;
      } else {
        return end + 1;
      }
    }
    return end;
  }

  /** Includes blobs ({@code 0xff}), durations ({@code 1h30m}) and {@code 1.5e-3}. */
  private int endOfNumber() {
    int end = at;
    boolean isHex = startsWith("0x") || startsWith("0X");
    while (end < cql.length()) {
      char c = cql.charAt(end);
      boolean isExponentSign =
          !isHex
              && (c == '-' || c == '+')
              && Character.toLowerCase(cql.charAt(end - 1)) == 'e'
              && end + 1 < cql.length()
              && isDigit(cql.charAt(end + 1));
      if (!isOfWord(c) && c != '.' && c != '\u00b5' && !isExponentSign) {
        return end;
      }
      end++;
    }
    return end;
  }

  /** Matches groups of 8, 4, 4, 4 and 12 hexadecimal digits. */
  private boolean isUuid() {
    if (at + UUID_LENGTH > cql.length()) {
      return false;
    }
    for (int i = 0; i < UUID_LENGTH; i++) {
      char c = cql.charAt(at + i);
      boolean isDash = i == 8 || i == 13 || i == 18 || i == 23;
      if (isDash ? c != '-' : Character.digit(c, 16) < 0 || c > 'f') {
        return false;
      }
    }
    return true;
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isLetter(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static boolean isOfWord(int c) {
    return isLetter(c) || isDigit(c) || c == '_';
  }
}
