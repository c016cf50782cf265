package io.ringhaul.internal.operation;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/**
 * Checks a condition in CQL before it is put beside a token range: it must be a condition and
 * nothing more, so that it cannot end the query, leave ranges out or cut rows off. Whether it makes
 * sense is for the server to say.
 */
final class WhereClause {

  private static final String SETTING = "where";
  private static final String BIND_MARKER = "holds a bind marker; write the value itself";

  private final String cql;

  /** The condition's words in lower case, and its other characters, without what is quoted. */
  private final List<String> tokens = new ArrayList<>();

  private WhereClause(String cql) {
    this.cql = cql;
  }

  /**
   * The condition without the blanks around it.
   *
   * @throws InvalidSettingException if it is empty, or more or less than a condition
   */
  static String checked(String cql) {
    WhereClause clause = new WhereClause(cql.strip());
    if (clause.cql.isEmpty()) {
      throw clause.refusal("is empty; it takes a condition in CQL, such as status = 'open'");
    }
    clause.split();
    clause.requireBalance();
    clause.requireConditionOnly();
    clause.requireNoNamedMarker();
    return clause.cql;
  }

  private void split() {
    int i = 0;
    while (i < cql.length()) {
      char c = cql.charAt(i);
      if (c == '\'' || c == '"') {
        i = afterQuotes(i, String.valueOf(c));
        tokens.add(String.valueOf(c));
      } else if (cql.startsWith("$$", i)) {
        i = afterQuotes(i, "$$");
        tokens.add("'");
      } else if (cql.startsWith("--", i) || cql.startsWith("//", i) || cql.startsWith("/*", i)) {
        throw refusal("holds a comment; leave it out");
      } else if (Character.isLetterOrDigit(c) || c == '_') {
        int start = i;
        while (i < cql.length()
            && (Character.isLetterOrDigit(cql.charAt(i)) || cql.charAt(i) == '_')) {
          i++;
        }
        tokens.add(cql.substring(start, i).toLowerCase(Locale.ROOT));
      } else {
        if (!Character.isWhitespace(c)) {
          tokens.add(String.valueOf(c));
        }
        i++;
      }
    }
  }

  /** The position after a quoted text; a doubled quote ends it and begins it again at once. */
  private int afterQuotes(int start, String quote) {
    int end = cql.indexOf(quote, start + quote.length());
    if (end < 0) {
      throw refusal("holds a quoted text without an end");
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
            throw refusal("closes a bracket that it does not open");
          }
        }
        default -> {}
      }
    }
    if (!open.isEmpty()) {
      throw refusal("opens a bracket that it does not close");
    }
  }

  private void requireConditionOnly() {
    for (int i = 0; i < tokens.size(); i++) {
      String next = i + 1 < tokens.size() ? tokens.get(i + 1) : "";
      switch (tokens.get(i)) {
        case ";" -> throw refusal("holds a semicolon; it takes one condition");
        case "?" -> throw refusal(BIND_MARKER);
        case "limit" -> throw refusal("holds LIMIT, which would apply to each token range");
        case "order" -> refuseBefore("by", next, "holds ORDER BY; rows come in the ring's order");
        case "group" -> refuseBefore("by", next, "holds GROUP BY; rows are read as they are");
        case "per" ->
            refuseBefore("partition", next, "holds PER PARTITION LIMIT, which leaves rows out");
        case "allow" ->
            throw refusal(
                "holds ALLOW FILTERING; use " + Setting.ALLOW_FILTERING.call() + " instead");
        case "token" ->
            refuseBefore(
                "(",
                next,
                "holds token(); use "
                    + Setting.TOKEN_RANGE.callWithValue()
                    + " for a part of the ring");
        default -> {}
      }
    }
  }

  /**
   * A colon begins a marker unless it stands behind the key of an entry between braces, the first
   * one of that entry. What follows it is a name then; in {@code P0001-01-01T10:00:00} it is not.
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

  /** Where a token is in an entry of a map or a user-defined type, if it is in one. */
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

  private InvalidSettingException refusal(String reason) {
    return new InvalidSettingException(SETTING, "where (" + cql + ") " + reason);
  }
}
