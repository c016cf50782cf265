package io.ringhaul.internal.cql;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;

/**
 * Cuts a CQL text into its tokens, without comments. A text or a comment that does not end goes to
 * the end: what is no CQL is the server's to refuse. Not thread-safe.
 */
final class CqlTokens {

  /** What a token is. */
  enum Kind {
    /** A keyword or a name; a name in quotes has its quotes still. */
    WORD,
    /** A string, a number, a UUID. */
    LITERAL,
    /** {@code ?} or {@code :name}. */
    MARKER,
    /** Any other character, alone. */
    SYMBOL
  }

  /**
   * A token.
   *
   * @param depth how many brackets of any kind are open around it; a bracket is outside itself
   */
  record Token(Kind kind, String text, int depth) {

    /** Whether it is this keyword; a name in quotes is none. */
    boolean is(String keyword) {
      return kind == Kind.WORD && text.equalsIgnoreCase(keyword);
    }

    boolean isSymbol(char symbol) {
      return kind == Kind.SYMBOL && text.charAt(0) == symbol;
    }

    /** The name that a word or a named marker is. */
    CqlIdentifier name() {
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

  static List<Token> of(String cql) {
    CqlTokens tokens = new CqlTokens(cql);
    while (tokens.at < cql.length()) {
      tokens.next();
    }
    return tokens.tokens;
  }

  /** Where the first literal begins; the end of the text if there is none. */
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
    } else if (isLetter(c)) {
      take(Kind.WORD, endOf(at, CqlTokens::isOfWord));
    } else if (c == ':' && !isAfterKey()) {
      takeMarker();
    } else {
      takeSymbol(c);
    }
  }

  /** Whether a colon here parts a key from its value, as in {@code {'a': now()}}. */
  private boolean isAfterKey() {
    if (brackets.length() == 0 || brackets.charAt(brackets.length() - 1) != '{') {
      return false;
    }
    Token last = tokens.get(tokens.size() - 1);
    return last.kind() != Kind.SYMBOL || ")]}".contains(last.text());
  }

  private void takeMarker() {
    at = endOf(at + 1, Character::isWhitespace);
    int end =
        at < cql.length() && cql.charAt(at) == '"'
            ? endOfQuoted(at)
            : endOf(at, CqlTokens::isOfWord);
    tokens.add(new Token(Kind.MARKER, ":" + cql.substring(at, end), brackets.length()));
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
    tokens.add(new Token(kind, cql.substring(at, end), brackets.length()));
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

  /** A quote within is doubled. */
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

  /** Also of a blob ({@code 0xff}), a duration ({@code 1h30m}), and of {@code 1.5e-3}. */
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

  /** Eight, four, four, four and twelve hexadecimal digits. */
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
