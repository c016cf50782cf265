package io.ringhaul.internal.operation;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.internal.scan.ScanClauses;
import io.ringhaul.schema.TokenRange;
import io.ringhaul.schema.TokenRangeSet;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Selects the rows of a table to read.
 *
 * @param ranges the tokens to read; empty for all
 * @param maxRows the limit of rows; 0 for all
 * @param listed describes the tokens if they come from listed partitions
 */
public record RowSelection(
    ScanClauses clauses, Optional<TokenRangeSet> ranges, long maxRows, Optional<String> listed) {

  /** The whole table. */
  public static final RowSelection ALL =
      new RowSelection(ScanClauses.NONE, Optional.empty(), 0, Optional.empty());

  private static final String TOKEN_RANGE = "tokenRange";

  /** The tokens to read. */
  TokenRangeSet tokens() {
    return ranges.orElseGet(TokenRangeSet::wholeRing);
  }

  public RowSelection where(String cql) {
    return new RowSelection(clauses.where(WhereClause.checked(cql)), ranges, maxRows, listed);
  }

  public RowSelection withFiltering() {
    return new RowSelection(clauses.withFiltering(), ranges, maxRows, listed);
  }

  public RowSelection throughCache() {
    return new RowSelection(clauses.readThroughCache(), ranges, maxRows, listed);
  }

  /** Adds a range to the earlier ranges; the first range replaces the whole ring. */
  public RowSelection withRange(long startExclusive, long endInclusive) {
    if (startExclusive == endInclusive) {
      throw new InvalidSettingException(
          TOKEN_RANGE,
          String.format(
              "tokenRange (%d, %d] ends where it starts; leave it out to read the whole ring",
              startExclusive, endInclusive));
    }
    TokenRangeSet added = TokenRangeSet.of(new TokenRange(startExclusive, endInclusive));
    if (added.isEmpty()) {
      throw new InvalidSettingException(
          TOKEN_RANGE,
          String.format(
              "tokenRange (%d, %d] contains no token that a row can have",
              startExclusive, endInclusive));
    }
    return new RowSelection(
        clauses, Optional.of(ranges.map(added::union).orElse(added)), maxRows, listed);
  }

  public RowSelection withMaxRows(long rows) {
    if (rows < 1) {
      throw new InvalidSettingException("maxRows", "maxRows is " + rows + "; it takes at least 1");
    }
    return new RowSelection(clauses, ranges, rows, listed);
  }

  /**
   * Returns this selection restricted to listed partitions.
   *
   * @param partitions the tokens of the partitions
   * @param way the list
   */
  public RowSelection within(TokenRangeSet partitions, Partitionings.Listed way) {
    TokenRangeSet tokens = tokens().intersect(partitions);
    if (tokens.isEmpty()) {
      throw new InvalidSettingException(
          "partitionBy", "The listed partitions are all outside the token ranges to read");
    }
    return new RowSelection(clauses, Optional.of(tokens), maxRows, Optional.of(way.text(tokens)));
  }

  /** Returns this selection restricted to some tokens, of which it has some. */
  RowSelection only(TokenRangeSet some) {
    return new RowSelection(clauses, Optional.of(tokens().intersect(some)), maxRows, listed);
  }

  /**
   * Returns this selection after checking its settings.
   *
   * @throws InvalidSettingException if the settings contradict each other
   */
  public RowSelection checked() {
    if (clauses.allowFiltering() && clauses.where().isEmpty()) {
      throw new InvalidSettingException(
          "allowFiltering",
          "allowFiltering needs a condition to filter by; set " + Setting.WHERE.callWithValue());
    }
    return this;
  }

  /** The settings that exclude rows of the tokens, by name. */
  Map<String, String> conditions() {
    return new RowSelection(clauses, Optional.empty(), maxRows, Optional.empty()).restrictions();
  }

  /** The settings that exclude rows, by name. */
  Map<String, String> restrictions() {
    Map<String, String> texts = new LinkedHashMap<>();
    clauses.where().ifPresent(cql -> texts.put("where", cql));
    if (listed.isPresent()) {
      texts.put("partitionBy", listed.get());
    } else {
      ranges.ifPresent(set -> texts.put(TOKEN_RANGE, set.toString()));
    }
    if (maxRows > 0) {
      texts.put("maxRows", Long.toString(maxRows));
    }
    return texts;
  }

  /**
   * Checks a CQL condition before a query combines it with a token range. The text must be exactly
   * one condition, so that it cannot end the query, exclude ranges or limit rows. The server checks
   * its meaning.
   */
  static final class WhereClause {

    private static final String SETTING = "where";
    private static final String BIND_MARKER = "contains a bind marker; write the value itself";

    private final String cql;

    /**
     * The condition's words in lower case and its other characters; a quote stands for a quoted
     * text.
     */
    private final List<String> tokens = new ArrayList<>();

    /** The start of each token in the text. */
    private final List<Integer> starts = new ArrayList<>();

    /** The end of each token in the text, exclusive. */
    private final List<Integer> ends = new ArrayList<>();

    private final boolean takesValues;

    private WhereClause(String cql, boolean takesValues) {
      this.cql = cql;
      this.takesValues = takesValues;
    }

    /**
     * The condition without surrounding blanks.
     *
     * @throws InvalidSettingException if the text is empty or not exactly one condition
     */
    static String checked(String cql) {
      return checked(cql, false).cql;
    }

    /**
     * The condition, in which {@code ?} may stand for values.
     *
     * @throws InvalidSettingException if the text is empty or not exactly one condition
     */
    static WhereClause withMarkers(String cql) {
      return checked(cql, true);
    }

    private static WhereClause checked(String cql, boolean takesValues) {
      WhereClause clause = new WhereClause(cql.strip(), takesValues);
      if (clause.cql.isEmpty()) {
        throw clause.refusal("is empty; it takes a condition in CQL, such as status = 'open'");
      }
      clause.split();
      clause.requireBalance();
      clause.requireConditionOnly();
      clause.requireNoNamedMarker();
      return clause;
    }

    String cql() {
      return cql;
    }

    int size() {
      return tokens.size();
    }

    /** A token: a word in lower case, a character, or a quote for a quoted text; empty outside. */
    String token(int index) {
      return index < 0 || index >= tokens.size() ? "" : tokens.get(index);
    }

    int start(int index) {
      return starts.get(index);
    }

    int end(int index) {
      return ends.get(index);
    }

    private void add(String token, int start, int end) {
      tokens.add(token);
      starts.add(start);
      ends.add(end);
    }

    private void split() {
      int i = 0;
      while (i < cql.length()) {
        char c = cql.charAt(i);
        if (c == '\'' || c == '"') {
          int start = i;
          i = afterQuotes(i, String.valueOf(c));
          add(String.valueOf(c), start, i);
        } else if (cql.startsWith("$$", i)) {
          int start = i;
          i = afterQuotes(i, "$$");
          add("'", start, i);
        } else if (cql.startsWith("--", i) || cql.startsWith("//", i) || cql.startsWith("/*", i)) {
          throw refusal("contains a comment; remove it");
        } else if (Character.isLetterOrDigit(c) || c == '_') {
          int start = i;
          while (i < cql.length()
              && (Character.isLetterOrDigit(cql.charAt(i)) || cql.charAt(i) == '_')) {
            i++;
          }
          add(cql.substring(start, i).toLowerCase(Locale.ROOT), start, i);
        } else {
          if (!Character.isWhitespace(c)) {
            add(String.valueOf(c), i, i + 1);
          }
          i++;
        }
      }
    }

    /**
     * The position after a quoted text. A doubled quote counts as the end of one text and the start
     * of the next.
     */
    private int afterQuotes(int start, String quote) {
      int end = cql.indexOf(quote, start + quote.length());
      if (end < 0) {
        throw refusal("contains a quoted text without a closing quote");
      }
      return end + quote.length();
    }

    private void requireBalance() {
      Deque<String> open = new ArrayDeque<>();
      for (String token : tokens) {
        switch (token) {
          case "(" -> open.push(")");
          case "[" -> open.push("]");
          case "{" -> open.push("}");
          case ")", "]", "}" -> {
            if (open.isEmpty() || !open.pop().equals(token)) {
              throw refusal("closes a bracket that is not open");
            }
          }
          default -> {}
        }
      }
      if (!open.isEmpty()) {
        throw refusal("does not close an open bracket");
      }
    }

    private void requireConditionOnly() {
      for (int i = 0; i < tokens.size(); i++) {
        String next = i + 1 < tokens.size() ? tokens.get(i + 1) : "";
        switch (tokens.get(i)) {
          case ";" -> throw refusal("contains a semicolon; it takes one condition");
          case "?" -> {
            if (!takesValues) {
              throw refusal(BIND_MARKER);
            }
          }
          case "limit" -> throw refusal("contains LIMIT, which would apply to each token range");
          case "order" -> refuseBefore("by", next, "contains ORDER BY; rows come in token order");
          case "group" -> refuseBefore("by", next, "contains GROUP BY; rows are read ungrouped");
          case "per" ->
              refuseBefore("partition", next, "contains PER PARTITION LIMIT, which omits rows");
          case "allow" ->
              throw refusal(
                  "contains ALLOW FILTERING; use " + Setting.ALLOW_FILTERING.call() + " instead");
          case "token" ->
              refuseBefore(
                  "(",
                  next,
                  "contains token(); use "
                      + Setting.TOKEN_RANGE.callWithValue()
                      + " for a part of the ring");
          default -> {}
        }
      }
    }

    /**
     * Refuses named bind markers. A colon followed by a name starts a marker, unless it is the
     * first colon after the key of an entry between braces. In {@code P0001-01-01T10:00:00} no name
     * follows the colons.
     */
    private void requireNoNamedMarker() {
      Deque<Entry> entries = new ArrayDeque<>();
      entries.push(Entry.OUTSIDE);
      for (int i = 0; i < tokens.size(); i++) {
        String token = tokens.get(i);
        if (token.equals(":") && entries.peek() == Entry.AFTER_KEY) {
          replaceTop(entries, Entry.AFTER_COLON);
        } else if (token.equals(":") && i + 1 < tokens.size() && isName(tokens.get(i + 1))) {
          throw refusal(BIND_MARKER);
        } else if (token.equals(",") && entries.peek() != Entry.OUTSIDE) {
          replaceTop(entries, Entry.BEFORE_KEY);
        } else if (isClosing(token)) {
          entries.pop();
        } else if (entries.peek() == Entry.BEFORE_KEY) {
          replaceTop(entries, Entry.AFTER_KEY);
        }
        if (token.equals("{")) {
          entries.push(Entry.BEFORE_KEY);
        } else if (token.equals("(") || token.equals("[")) {
          entries.push(Entry.OUTSIDE);
        }
      }
    }

    /** The position of a token within an entry of a map or a user-defined type. */
    private enum Entry {
      OUTSIDE,
      BEFORE_KEY,
      AFTER_KEY,
      AFTER_COLON
    }

    private static void replaceTop(Deque<Entry> entries, Entry top) {
      entries.pop();
      entries.push(top);
    }

    private static boolean isClosing(String token) {
      return token.equals(")") || token.equals("]") || token.equals("}");
    }

    private static boolean isName(String token) {
      return token.equals("\"") || Character.isLetter(token.charAt(0));
    }

    private void refuseBefore(String follower, String next, String reason) {
      if (next.equals(follower)) {
        throw refusal(reason);
      }
    }

    InvalidSettingException refusal(String reason) {
      return new InvalidSettingException(SETTING, "where (" + cql + ") " + reason);
    }
  }
}
