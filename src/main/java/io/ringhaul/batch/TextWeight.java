package io.ringhaul.batch;

import java.util.Locale;
import java.util.Set;

/**
 * What the text of a statement adds to its mutation beside the bound values: the most that it can
 * be, found without a parser. Literals count by their length and a cell each.
 *
 * @param verb the first word, in lower case
 * @param literals how many literals there are, brackets included, for each of which a cell may be
 *     written
 * @param literalBytes the length of the literals
 * @param deletedColumns the columns that a DELETE names, or more
 * @param nestedMarkers bind markers in the literal of a collection
 * @param isNamed whether bind markers may have names, so that a variable does not tell its column
 * @param hasBounds whether there is a {@code <} or a {@code >}
 * @param isOpen whether the size depends on more than the text and the values' length, as with
 *     {@code IN}, JSON and functions
 * @param subtracts whether something is subtracted: from a list, what that writes depends on the
 *     row
 */
record TextWeight(
    String verb,
    int literals,
    long literalBytes,
    int deletedColumns,
    int nestedMarkers,
    boolean isNamed,
    boolean hasBounds,
    boolean isOpen,
    boolean subtracts) {

  boolean isDelete() {
    return verb.equals("delete");
  }

  static TextWeight of(String cql) {
    return new Reader(cql).read();
  }

  /** Goes through a text once. */
  private static final class Reader {

    private static final Set<String> CONSTANTS = Set.of("true", "false", "null", "nan", "infinity");

    /** Words that a bracket may follow. */
    private static final Set<String> NO_FUNCTIONS =
        Set.of("values", "in", "where", "and", "if", "set", "contains", "key");

    /** Functions without parameters; all give 16 bytes at the most. */
    private static final Set<String> SMALL_FUNCTIONS =
        Set.of(
            "now",
            "uuid",
            "currenttimestamp",
            "currentdate",
            "currenttime",
            "currenttimeuuid",
            "current_timestamp",
            "current_date",
            "current_time",
            "current_timeuuid");

    private final String cql;
    private int at;
    private int depth;

    /** The last word, if nothing but space came after it. */
    private String word = "";

    /** The last character that was no space. */
    private char last = '(';

    private String verb = "";
    private boolean inValues;
    private boolean inColumns;
    private int literals;
    private long literalBytes;
    private int deletedColumns;
    private int nestedMarkers;
    private boolean named;
    private boolean bounds;
    private boolean open;
    private boolean subtracts;
    private boolean hasList;

    Reader(String cql) {
      this.cql = cql;
    }

    TextWeight read() {
      while (at < cql.length()) {
        next();
      }
      return new TextWeight(
          verb,
          literals,
          literalBytes,
          deletedColumns,
          nestedMarkers,
          named,
          bounds,
          open || verb.equals("begin") || (subtracts && hasList),
          subtracts);
    }

    private void next() {
      char c = cql.charAt(at);
      if (Character.isWhitespace(c)) {
        at++;
        return;
      }
      if (startsWith("--") || startsWith("//")) {
        skipTo("\n");
        return;
      }
      if (startsWith("/*")) {
        skipTo("*/");
        return;
      }
      if (c == '\'' || startsWith("$$")) {
        readString(c == '\'' ? "'" : "$$");
      } else if (c == '"') {
        readQuotedName();
      } else if (isDigit(c)) {
        readNumber();
      } else if (isWordPart(c)) {
        readWord();
        last = 'a';
        return;
      } else {
        readSign(c);
      }
      last = c;
      word = "";
    }

    private void readSign(char c) {
      at++;
      switch (c) {
        case '?' -> nestedMarkers += depth > 0 ? 1 : 0;
        case ':' -> {
          named |= at < cql.length() && (isWordStart(cql.charAt(at)) || cql.charAt(at) == '"');
          nestedMarkers += depth > 0 ? 1 : 0;
        }
        case '[', '{' -> {
          depth++;
          literals++;
          hasList |= c == '[';
        }
        case ']', '}' -> depth--;
        case '<', '>' -> bounds = true;
        case '-' -> subtracts |= !isSignOfNumber();
        // A field of a user-defined type, whose cell has a path.
        case '.' -> literals += inValues ? 1 : 0;
        case '(' -> open |= isFunction();
        default -> {}
      }
    }

    private boolean isSignOfNumber() {
      return "=,([{:+-*<>".indexOf(last) >= 0 && at < cql.length() && isDigit(cql.charAt(at));
    }

    private boolean isFunction() {
      if (word.isEmpty() || NO_FUNCTIONS.contains(word) || !(inValues || !isInsert())) {
        return false;
      }
      if (SMALL_FUNCTIONS.contains(word)) {
        literals++;
        return false;
      }
      return true;
    }

    private boolean isInsert() {
      return verb.equals("insert");
    }

    private void readString(String end) {
      int start = at;
      at += end.length();
      skipTo(end);
      while (end.equals("'") && at < cql.length() && cql.charAt(at) == '\'') {
        at++;
        skipTo(end);
      }
      literal(start);
      open |= word.equals("json");
    }

    private void readQuotedName() {
      at++;
      skipTo("\"");
      while (at < cql.length() && cql.charAt(at) == '"') {
        at++;
        skipTo("\"");
      }
      deletedColumns += inColumns ? 1 : 0;
      // Its name does not matter: no function with quotes is among the small ones.
      int after = at;
      while (after < cql.length() && Character.isWhitespace(cql.charAt(after))) {
        after++;
      }
      open |= after < cql.length() && cql.charAt(after) == '(' && (inValues || !isInsert());
    }

    private void readNumber() {
      int start = at;
      while (at < cql.length()
          && (isWordPart(cql.charAt(at))
              || cql.charAt(at) == '.'
              || (cql.charAt(at) == '-' && isInsideNumber()))) {
        at++;
      }
      // The time of a write and the time to live are counted with every row.
      if (!word.equals("ttl") && !word.equals("timestamp")) {
        literal(start);
      }
    }

    /** Whether the dash is one of a UUID or of an exponent. */
    private boolean isInsideNumber() {
      return at + 1 < cql.length() && isWordPart(cql.charAt(at + 1));
    }

    private void readWord() {
      int start = at;
      while (at < cql.length() && isWordPart(cql.charAt(at))) {
        at++;
      }
      if (at - start == 8 && startsWith("-") && isInsideNumber() && isHex(start)) {
        at = start;
        word = "";
        readNumber();
        return;
      }
      word = cql.substring(start, at).toLowerCase(Locale.ROOT);
      if (verb.isEmpty()) {
        verb = word;
        inColumns = word.equals("delete");
        return;
      }
      switch (word) {
        case "values", "set" -> inValues = true;
        case "where" -> inValues = false;
        case "from", "using" -> inColumns = false;
        case "in" -> open = true;
        case "json" -> open |= isFollowedByMarker();
        default -> {
          if (CONSTANTS.contains(word)) {
            literal(start);
          }
        }
      }
      deletedColumns += inColumns ? 1 : 0;
    }

    private boolean isFollowedByMarker() {
      int after = at;
      while (after < cql.length() && Character.isWhitespace(cql.charAt(after))) {
        after++;
      }
      return after < cql.length() && "?:$".indexOf(cql.charAt(after)) >= 0;
    }

    private boolean isHex(int start) {
      return cql.substring(start, at).chars().allMatch(c -> Character.digit(c, 16) >= 0);
    }

    private void literal(int start) {
      literals++;
      for (int i = start; i < at; i++) {
        char c = cql.charAt(i);
        literalBytes += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
      }
    }

    /** Goes on behind the next occurrence, or to the end. */
    private void skipTo(String end) {
      int found = cql.indexOf(end, at);
      at = found < 0 ? cql.length() : found + end.length();
    }

    private boolean startsWith(String what) {
      return cql.startsWith(what, at);
    }

    private static boolean isDigit(char c) {
      return c >= '0' && c <= '9';
    }

    private static boolean isWordStart(char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    }

    private static boolean isWordPart(char c) {
      return isWordStart(c) || isDigit(c);
    }
  }
}
