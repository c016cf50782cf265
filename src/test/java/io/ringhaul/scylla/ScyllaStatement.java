package io.ringhaul.scylla;

import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A statement in ScyllaDB's CQL.
 *
 * @param written the statement as the client wrote it
 * @param stripped the statement without {@code BYPASS CACHE}, {@code USING TIMEOUT} and the tablet
 *     options of a keyspace. An extension at a place where ScyllaDB does not accept it stays, so
 *     that Cassandra refuses it
 * @param keyspace null if the statement names none
 * @param table null if the statement names none
 * @param timeout the duration as written; null without
 */
record ScyllaStatement(
    String written,
    String stripped,
    @Nullable String keyspace,
    @Nullable String table,
    boolean bypassesCache,
    @Nullable String timeout) {

  private static final String QUOTED = "'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"";
  private static final String NAME = "(\"(?:[^\"]|\"\")+\"|\\w+)";
  private static final String DURATION = "([0-9a-zA-Zµ]+|\\?|:\\w+)";

  private static final Pattern TABLE =
      Pattern.compile(
          QUOTED
              + "|\\b(?:FROM|INTO|UPDATE|TRUNCATE(?:\\s+TABLE)?)\\s+"
              + NAME
              + "(?:\\s*\\.\\s*"
              + NAME
              + ")?",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern SELECT =
      Pattern.compile(
          "(\\s*SELECT\\b.*?)(\\s+BYPASS\\s+CACHE)?(?:\\s+USING\\s+TIMEOUT\\s+"
              + DURATION
              + ")?\\s*;?\\s*",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  private static final Pattern WRITE_EXTENSION =
      Pattern.compile(
          QUOTED
              + "|\\s+USING\\s+TIMEOUT\\s+"
              + DURATION
              + "(\\s+AND\\b)?|\\s+AND\\s+TIMEOUT\\s+"
              + DURATION
              + "|\\s+AND\\s+TABLETS\\s*=\\s*\\{[^}]*\\}",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern COUNT =
      Pattern.compile("\\s*SELECT\\s+COUNT\\s*\\(.*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  static ScyllaStatement parse(String written) {
    String keyspace = null;
    String table = null;
    Matcher named = TABLE.matcher(written);
    while (table == null && named.find()) {
      if (named.group(2) != null) {
        keyspace = identifier(named.group(1));
        table = identifier(named.group(2));
      } else if (named.group(1) != null) {
        table = identifier(named.group(1));
      }
    }
    Matcher select = SELECT.matcher(written);
    if (select.matches()) {
      return new ScyllaStatement(
          written, select.group(1), keyspace, table, select.group(2) != null, select.group(3));
    }
    @Nullable String[] timeout = {null};
    String stripped =
        WRITE_EXTENSION.matcher(written).replaceAll(found -> replacement(found, timeout));
    return new ScyllaStatement(written, stripped, keyspace, table, false, timeout[0]);
  }

  private static String replacement(MatchResult found, @Nullable String[] timeout) {
    if (found.group().startsWith("'") || found.group().startsWith("\"")) {
      return Matcher.quoteReplacement(found.group());
    }
    if (found.group(1) != null || found.group(3) != null) {
      timeout[0] = found.group(1) != null ? found.group(1) : found.group(3);
    }
    return found.group(2) != null ? " USING" : "";
  }

  private static String identifier(String name) {
    return name.startsWith("\"")
        ? name.substring(1, name.length() - 1).replace("\"\"", "\"")
        : name.toLowerCase(Locale.ROOT);
  }

  boolean isOn(String keyspace, String table) {
    return keyspace.equals(this.keyspace) && table.equals(this.table);
  }

  /** Returns the statement for Cassandra, with the table of another keyspace in its place. */
  String onKeyspace(String keyspace) {
    Matcher named = TABLE.matcher(stripped);
    while (named.find()) {
      if (named.group(2) != null) {
        return stripped.substring(0, named.start(1)) + keyspace + stripped.substring(named.end(1));
      }
    }
    throw new IllegalArgumentException("No keyspace in " + stripped);
  }

  /** Returns true if a timeout is a bind marker. */
  boolean hasTimeoutMarker() {
    return timeout != null && (timeout.startsWith("?") || timeout.startsWith(":"));
  }

  /** Returns true if the statement is a SELECT that returns rows of its table. */
  boolean readsRows() {
    return SELECT.matcher(written).matches() && !COUNT.matcher(written).matches();
  }
}
