package io.ringhaul.internal.cql;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.internal.cql.CqlTokens.Kind;
import io.ringhaul.internal.cql.CqlTokens.Token;
import java.util.List;
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
 * @param nestedMarkers the bind markers and the pairs in the literals of collections
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
    return new TextWeightReader(CqlTokens.of(cql)).read();
  }

  /** Finds the weight of a text by going through its tokens once. */
  private static final class TextWeightReader {

    private static final Set<String> CONSTANTS = Set.of("true", "false", "null", "nan", "infinity");

    /** Words that a bracket may follow. */
    private static final Set<String> NO_FUNCTIONS =
        Set.of("values", "in", "where", "and", "if", "set", "contains", "key");

    /** After these a dash before a number is its sign. */
    private static final String BEFORE_SIGN = "=,([{:+-*<>";

    private static final Token START = new Token(Kind.SYMBOL, "(", 0);

    private final List<Token> tokens;
    private Token before = START;

    /** The character with which the next token begins; a space at the end. */
    private char after;

    /** How many brackets of collections are open. */
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
          // The time of a write and the time to live are counted with every row.
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

    /** A name in quotes has them still, and is none of the keywords. */
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
      // Its value is a small literal, of 16 bytes at the most.
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
