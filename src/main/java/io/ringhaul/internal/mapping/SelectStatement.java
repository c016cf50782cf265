package io.ringhaul.internal.mapping;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.cql.CqlTokens;
import io.ringhaul.internal.cql.CqlTokens.Kind;
import io.ringhaul.internal.cql.CqlTokens.Token;
import io.ringhaul.internal.mapping.Mapping.Entry;
import io.ringhaul.internal.mapping.Mapping.Form;
import io.ringhaul.internal.mapping.Mapping.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A SELECT as the parts of an export. The scan adds the token range, so that a clause that would
 * apply to each range and not to the table is refused.
 *
 * @param keyspace empty if the statement does not name it
 * @param fields what is selected, under which names
 * @param where the condition
 * @param limit the number of rows; 0 for all
 */
public record SelectStatement(
    Optional<CqlIdentifier> keyspace,
    CqlIdentifier table,
    Mapping fields,
    Optional<String> where,
    boolean allowsFiltering,
    long limit) {

  /** The words that begin a clause after the condition, with the second word of each. */
  private static final Map<String, String> CLAUSES =
      Map.of(
          "group", "by",
          "order", "by",
          "per", "partition",
          "limit", "",
          "allow", "filtering",
          "bypass", "cache",
          "using", "timeout");

  /**
   * Parses a SELECT.
   *
   * @throws InvalidSettingException if it is none, or has clauses that an export cannot have
   */
  public static SelectStatement parse(String cql) {
    return new Parser(cql.strip()).statement();
  }

  /**
   * Checks that the statement reads a table.
   *
   * @throws InvalidSettingException if it reads another one
   */
  public void requireTable(CqlIdentifier expectedKeyspace, CqlIdentifier expected) {
    if (!table.equals(expected) || !keyspace.orElse(expectedKeyspace).equals(expectedKeyspace)) {
      throw fields.refusal(
          String.format(
              "reads %s.%s, and the export %s.%s",
              keyspace.orElse(expectedKeyspace).asCql(true),
              table.asCql(true),
              expectedKeyspace.asCql(true),
              expected.asCql(true)));
    }
  }

  private static final class Parser {

    private final String cql;
    private final List<Token> tokens;
    private int at;

    Parser(String cql) {
      this.cql = cql;
      List<Token> all = CqlTokens.of(cql);
      boolean ends = !all.isEmpty() && all.get(all.size() - 1).isSymbol(';');
      this.tokens = ends ? all.subList(0, all.size() - 1) : all;
    }

    SelectStatement statement() {
      if (!accept("select")) {
        throw refusal("is no SELECT");
      }
      for (String word : List.of("json", "distinct")) {
        boolean isColumn = at + 1 < tokens.size() && endsSelector(tokens.get(at + 1));
        if (is(word) && !isColumn) {
          throw refusal("has " + word.toUpperCase(Locale.ROOT) + ", which an export cannot have");
        }
      }
      Mapping fields = fields(until(Map.of("from", "")));
      if (!accept("from") || at >= tokens.size()) {
        throw refusal("has no table");
      }
      CqlIdentifier name = name();
      Optional<CqlIdentifier> keyspace = Optional.empty();
      if (at < tokens.size() && tokens.get(at).isSymbol('.')) {
        at++;
        keyspace = Optional.of(name);
        name = name();
      }
      Optional<String> where = Optional.empty();
      if (accept("where")) {
        where = Optional.of(Mapping.text(cql, until(CLAUSES)));
      }
      long limit = 0;
      if (accept("limit")) {
        limit = number();
      }
      boolean filters = accept("allow");
      if (filters && !accept("filtering")) {
        throw refusal("has ALLOW without FILTERING");
      }
      if (at < tokens.size()) {
        throw refusal(
            "has "
                + tokens.get(at).text().toUpperCase(Locale.ROOT)
                + " after the table; an export takes WHERE, LIMIT and ALLOW FILTERING");
      }
      return new SelectStatement(keyspace, name, fields, where, filters, limit);
    }

    private static boolean endsSelector(Token token) {
      return token.isSymbol(',') || token.is("from") || token.is("as");
    }

    private Mapping fields(List<Token> selected) {
      if (selected.isEmpty()) {
        throw refusal("selects nothing");
      }
      List<Entry> entries = new ArrayList<>();
      if (selected.size() == 1 && selected.get(0).isSymbol('*')) {
        return new Mapping("query", cql, entries, true, List.of(), List.of());
      }
      for (List<Token> selector : Mapping.split(selected, 0)) {
        entries.add(entry(selector));
      }
      return new Mapping("query", cql, entries, false, List.of(), List.of());
    }

    private Entry entry(List<Token> selector) {
      int size = selector.size();
      boolean isNamed = size > 2 && selector.get(size - 2).is("as");
      List<Token> selected = isNamed ? selector.subList(0, size - 2) : selector;
      Term column =
          (selected.isEmpty() ? Optional.<Term>empty() : Mapping.term(cql, selected))
              .filter(term -> term.isName() || term.form() == Form.CALL)
              .orElseThrow(
                  () ->
                      refusal(
                          "selects "
                              + Mapping.text(cql, selector)
                              + "; an export takes columns and functions of columns"));
      if (column.isName()) {
        column = new Term(Form.QUOTED, selected.get(0).name().asInternal());
      }
      if (!isNamed) {
        return new Entry(column, column);
      }
      Token alias = selector.get(size - 1);
      if (alias.kind() != Kind.WORD) {
        throw refusal("has " + alias.text() + " in the place of a name");
      }
      return new Entry(new Term(Form.QUOTED, alias.name().asInternal()), column);
    }

    /** The tokens before the first of these words that its second word follows. */
    private List<Token> until(Map<String, String> words) {
      int from = at;
      while (at < tokens.size() && !begins(words)) {
        at++;
      }
      return tokens.subList(from, at);
    }

    private boolean begins(Map<String, String> words) {
      Token token = tokens.get(at);
      String second = words.get(token.text().toLowerCase(Locale.ROOT));
      return token.depth() == 0
          && token.kind() == Kind.WORD
          && second != null
          && (second.isEmpty() || (at + 1 < tokens.size() && tokens.get(at + 1).is(second)));
    }

    private CqlIdentifier name() {
      if (at >= tokens.size() || tokens.get(at).kind() != Kind.WORD) {
        throw refusal("has no table");
      }
      return tokens.get(at++).name();
    }

    private long number() {
      String text = at < tokens.size() ? tokens.get(at).text() : "";
      try {
        long number = Long.parseLong(text);
        at++;
        if (number > 0) {
          return number;
        }
      } catch (NumberFormatException e) {
        // Below.
      }
      throw refusal("has LIMIT " + text + "; the limit is a number from 1");
    }

    private boolean is(String keyword) {
      return at < tokens.size() && tokens.get(at).is(keyword);
    }

    private boolean accept(String keyword) {
      boolean found = is(keyword);
      at += found ? 1 : 0;
      return found;
    }

    private InvalidSettingException refusal(String reason) {
      return new InvalidSettingException("query", String.format("query (%s) %s", cql, reason));
    }
  }
}
