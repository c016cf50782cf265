package io.ringhaul.internal.cql;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.internal.cql.CqlTokens.Kind;
import io.ringhaul.internal.cql.CqlTokens.Token;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Facts read from the CQL text of a statement. This is not a parser: the results for invalid CQL
 * are undefined.
 */
final class StatementText {

  /** The first keyword of a statement; {@code OTHER} cannot be in a batch, such as TRUNCATE. */
  enum Verb {
    SELECT,
    INSERT,
    UPDATE,
    DELETE,
    OTHER
  }

  private static final CqlIdentifier ANONYMOUS_TIME = CqlIdentifier.fromInternal("[timestamp]");

  private final List<Token> tokens;
  private final Verb verb;
  private int table = -1;
  private boolean isConditional;
  private boolean setsTime;
  private Optional<CqlIdentifier> timeVariable = Optional.empty();
  private boolean isJson;
  private final Set<CqlIdentifier> assigned = new HashSet<>();
  private final Set<CqlIdentifier> addedTo = new HashSet<>();
  private final Set<CqlIdentifier> takenFrom = new HashSet<>();
  private final Set<CqlIdentifier> indexed = new HashSet<>();
  private final Set<CqlIdentifier> calls = new HashSet<>();
  private final Set<CqlIdentifier> listed = new HashSet<>();

  private StatementText(List<Token> tokens) {
    this.tokens = tokens;
    this.verb = verb(tokens);
    if (verb == Verb.OTHER) {
      return;
    }
    this.table = tableAt();
    readClauses();
    readCalls();
    readListed();
    switch (verb) {
      case INSERT -> readInserted();
      case UPDATE -> readAssignments();
      case DELETE -> readDeleted();
      default -> {}
    }
  }

  static StatementText of(String cql) {
    return new StatementText(CqlTokens.of(cql));
  }

  Verb verb() {
    return verb;
  }

  /** Returns the keyspace, if the text names one. */
  Optional<CqlIdentifier> keyspace() {
    return table >= 0 && is(table + 1, '.')
        ? Optional.of(tokens.get(table).name())
        : Optional.empty();
  }

  /** Returns the table that the statement reads or writes. */
  Optional<CqlIdentifier> table() {
    int name = is(table + 1, '.') ? table + 2 : table;
    return table >= 0 && name < tokens.size()
        ? Optional.of(tokens.get(name).name())
        : Optional.empty();
  }

  /** Whether the statement has an {@code IF}. */
  boolean isConditional() {
    return isConditional;
  }

  /** Whether the statement has a {@code USING TIMESTAMP}. */
  boolean setsTime() {
    return setsTime;
  }

  /** Returns the variable of {@code USING TIMESTAMP}, which may be unset. */
  Optional<CqlIdentifier> timeVariable() {
    return timeVariable;
  }

  /**
   * Whether the statement is an {@code INSERT .. JSON}, whose columns only its value determines.
   */
  boolean isJson() {
    return isJson;
  }

  /** Returns the columns that get a new value as a whole. */
  Set<CqlIdentifier> assigned() {
    return Collections.unmodifiableSet(assigned);
  }

  /** Returns the columns to which the statement adds: {@code l = l + ?}, {@code l = ? + l}. */
  Set<CqlIdentifier> addedTo() {
    return Collections.unmodifiableSet(addedTo);
  }

  /** Returns the columns from which the statement subtracts: {@code c = c - ?}. */
  Set<CqlIdentifier> takenFrom() {
    return Collections.unmodifiableSet(takenFrom);
  }

  /** Returns the columns of which one element is set or deleted: {@code l[0]}, {@code m['a']}. */
  Set<CqlIdentifier> indexed() {
    return Collections.unmodifiableSet(indexed);
  }

  /** Returns the called functions, without their keyspaces. */
  Set<CqlIdentifier> calls() {
    return Collections.unmodifiableSet(calls);
  }

  /** Returns the columns with a list of values: {@code WHERE k IN (1, 2)}. */
  Set<CqlIdentifier> listed() {
    return Collections.unmodifiableSet(listed);
  }

  private static Verb verb(List<Token> tokens) {
    for (Verb verb : Verb.values()) {
      if (!tokens.isEmpty() && tokens.get(0).is(verb.name())) {
        return verb;
      }
    }
    return Verb.OTHER;
  }

  private int tableAt() {
    int before =
        switch (verb) {
          case INSERT -> find("INTO", 1);
          case UPDATE -> 0;
          default -> find("FROM", 1);
        };
    int at = before + 1;
    return at > 0 && at < tokens.size() && tokens.get(at).kind() == Kind.WORD ? at : -1;
  }

  /**
   * Returns the index of the keyword outside of brackets, or the number of tokens if there is none.
   */
  private int find(String keyword, int from) {
    for (int i = from; i < tokens.size(); i++) {
      // A part of a dotted name is not a keyword.
      if (tokens.get(i).depth() == 0 && tokens.get(i).is(keyword) && !is(i - 1, '.')) {
        return i;
      }
    }
    return tokens.size();
  }

  private boolean is(int at, char symbol) {
    return at >= 0 && at < tokens.size() && tokens.get(at).isSymbol(symbol);
  }

  private void readClauses() {
    isConditional = verb != Verb.SELECT && find("IF", 1) < tokens.size();
    int using = find("USING", 1);
    // TTL and TIMESTAMP in any order, each with a number or a variable.
    for (int at = using + 1; at + 1 < tokens.size(); at += 3) {
      if (tokens.get(at).is("TIMESTAMP")) {
        setsTime = true;
        Token value = tokens.get(at + 1);
        if (value.kind() == Kind.MARKER) {
          timeVariable = Optional.of(value.text().equals("?") ? ANONYMOUS_TIME : value.name());
        }
      }
      if (at + 2 >= tokens.size() || !tokens.get(at + 2).is("AND")) {
        return;
      }
    }
  }

  private void readCalls() {
    for (int i = 1; i + 1 < tokens.size(); i++) {
      boolean isTable = i == table || (i == table + 2 && is(table + 1, '.'));
      if (!isTable && tokens.get(i).kind() == Kind.WORD && is(i + 1, '(')) {
        calls.add(tokens.get(i).name());
      }
    }
  }

  private void readListed() {
    int end = Math.min(find("IF", 1), tokens.size());
    for (int i = find("WHERE", 1) + 2; i < end; i++) {
      Token before = tokens.get(i - 1);
      if (tokens.get(i).depth() == 0 && tokens.get(i).is("IN") && before.kind() == Kind.WORD) {
        listed.add(before.name());
      }
    }
  }

  private void readInserted() {
    int next = table + (is(table + 1, '.') ? 3 : 1);
    if (!is(next, '(')) {
      isJson = true;
      return;
    }
    for (int i = next + 1; i < tokens.size() && tokens.get(i).depth() > 0; i++) {
      if (tokens.get(i).kind() == Kind.WORD) {
        assigned.add(tokens.get(i).name());
      }
    }
  }

  private void readDeleted() {
    for (int i = 1; i < table - 1; i++) {
      if (tokens.get(i).depth() == 0 && tokens.get(i).kind() == Kind.WORD && is(i + 1, '[')) {
        indexed.add(tokens.get(i).name());
      }
    }
  }

  private void readAssignments() {
    int from = find("SET", 1) + 1;
    int end = find("WHERE", from);
    while (from < end) {
      int to = from;
      while (to < end && !(tokens.get(to).depth() == 0 && is(to, ','))) {
        to++;
      }
      readAssignment(tokens.subList(from, to).stream().filter(each -> each.depth() == 0).toList());
      from = to + 1;
    }
  }

  /**
   * @param outer the tokens of the assignment outside of brackets
   */
  private void readAssignment(List<Token> outer) {
    int equals = 0;
    while (equals < outer.size() && !outer.get(equals).isSymbol('=')) {
      equals++;
    }
    if (equals == 0 || equals == outer.size() || outer.get(0).kind() != Kind.WORD) {
      return;
    }
    CqlIdentifier column = outer.get(0).name();
    List<Token> value = outer.subList(equals + 1, outer.size());
    boolean refersToItself =
        value.stream().anyMatch(each -> each.kind() == Kind.WORD && each.name().equals(column));
    if (outer.get(equals - 1).isSymbol('+') || (refersToItself && has(value, '+'))) {
      addedTo.add(column);
    } else if (outer.get(equals - 1).isSymbol('-') || (refersToItself && has(value, '-'))) {
      takenFrom.add(column);
    } else if (outer.get(1).isSymbol('[')) {
      indexed.add(column);
    } else if (!outer.get(1).isSymbol('.')) {
      assigned.add(column);
    }
  }

  private static boolean has(List<Token> tokens, char symbol) {
    return tokens.stream().anyMatch(token -> token.isSymbol(symbol));
  }
}
