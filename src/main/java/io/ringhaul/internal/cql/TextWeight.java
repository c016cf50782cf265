package io.ringhaul.internal.cql;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.internal.cql.CqlTokens.Kind;
import io.ringhaul.internal.cql.CqlTokens.Token;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The upper bound of what a statement's text adds to its mutation, without the bound values, found
 * without a full parser. Each literal counts its length and a cell.
 *
 * @param verb first word, in lower case
 * @param literals number of literals, including collection brackets, each of which may write a cell
 * @param literalBytes length of the literals
 * @param deletedColumns number of columns that a DELETE names, or more
 * @param nestedMarkers number of bind markers and pairs in collection literals
 * @param isNamed whether bind markers may have names, so that a variable does not identify its
 *     column
 * @param hasBounds whether the text has a {@code <} or {@code >}
 * @param isOpen whether the size depends on more than the text and the values' length, as with
 *     {@code IN}, JSON and functions
 * @param subtracts whether the statement subtracts; the result of subtracting from a list depends
 *     on the row
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
    return new TextWeightReader(CqlTokens.of(cql)).read();
  }

  /** Computes the weight in one pass over the tokens. */
  private static final class TextWeightReader {

    private static final Set<String> CONSTANTS = Set.of("true", "false", "null", "nan", "infinity");

    /** Words that may precede a bracket without being a function. */
    private static final Set<String> NO_FUNCTIONS =
        Set.of("values", "in", "where", "and", "if", "set", "contains", "key");

    /** Symbols after which a dash before a number is its sign. */
    private static final String BEFORE_SIGN = "=,([{:+-*<>";

    private static final Token START = new Token(Kind.SYMBOL, "(", 0, 0, 0);

    private final List<Token> tokens;
    private Token before = START;

    /** The first character of the next token; a space at the end. */
    private char after;

    /** The number of open brackets of collections. */
    private int nesting;

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

    TextWeightReader(List<Token> tokens) {
      this.tokens = tokens;
    }

    TextWeight read() {
      for (int i = 0; i < tokens.size(); i++) {
        after = i + 1 < tokens.size() ? tokens.get(i + 1).text().charAt(0) : ' ';
        read(tokens.get(i));
        before = tokens.get(i);
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

    private void read(Token token) {
      switch (token.kind()) {
        case WORD -> readWord(token);
        case LITERAL -> {
          // Every row already includes write time and time to live.
          if (!before.is("TTL") && !before.is("TIMESTAMP")) {
            count(token);
          }
        }
        case MARKER -> {
          named |= token.text().length() > 1;
          nestedMarkers += nesting > 0 ? 1 : 0;
        }
        case SYMBOL -> readSymbol(token.text().charAt(0));
      }
    }

    /** A quoted name includes its quotes and is not a keyword. */
    private void readWord(Token token) {
      String word = lower(token);
      if (verb.isEmpty() && !word.startsWith("\"")) {
        verb = word;
        inColumns = word.equals("delete");
        return;
      }
      switch (word) {
        case "values", "set" -> inValues = true;
        case "where" -> inValues = false;
        case "from", "using" -> inColumns = false;
        case "in" -> open = true;
        case "json" -> open |= "?:'$".indexOf(after) >= 0;
        default -> {
          if (CONSTANTS.contains(word)) {
            count(token);
          }
        }
      }
      deletedColumns += inColumns ? 1 : 0;
    }

    private void readSymbol(char symbol) {
      switch (symbol) {
        case '[', '{' -> {
          nesting++;
          literals++;
          hasList |= symbol == '[';
        }
        case ']', '}' -> nesting--;
        case ':' -> nestedMarkers++;
        case '<', '>' -> bounds = true;
        case '-' -> subtracts |= !isSign();
        // A field of a user-defined type, whose cell has a path.
        case '.' -> literals += inValues ? 1 : 0;
        case '(' -> open |= isFunction();
        default -> {}
      }
    }

    private boolean isSign() {
      return Character.isDigit(after)
          && before.kind() == Kind.SYMBOL
          && BEFORE_SIGN.contains(before.text());
    }

    private boolean isFunction() {
      String word = lower(before);
      if (before.kind() != Kind.WORD
          || NO_FUNCTIONS.contains(word)
          || (verb.equals("insert") && !inValues)) {
        return false;
      }
      // The value counts as a small literal of at most 16 bytes.
      if (MomentFunctions.NAMES.contains(CqlIdentifier.fromInternal(word))) {
        literals++;
        return false;
      }
      return true;
    }

    private void count(Token literal) {
      literals++;
      for (char c : literal.text().toCharArray()) {
        literalBytes += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
      }
    }

    private static String lower(Token word) {
      return word.text().toLowerCase(Locale.ROOT);
    }
  }
}
