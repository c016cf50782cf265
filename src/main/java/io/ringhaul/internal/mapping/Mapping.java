package io.ringhaul.internal.mapping;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.internal.cql.CqlTokens;
import io.ringhaul.internal.cql.CqlTokens.Kind;
import io.ringhaul.internal.cql.CqlTokens.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Which fields of files belong to which columns: {@code name = customer, now() = imported, * = *}.
 * An entry has a field at its left and a column at its right. The syntax is that of DSBulk's {@code
 * schema.mapping}, with constants in addition.
 *
 * @param setting the setting that gave the text: {@code mapping} or {@code query}
 * @param text for messages and stored jobs
 * @param entries those with a field and a column of their own, in order
 * @param rest whether all other columns have fields of the same name
 * @param excluded the columns without a field if {@code rest} is set, as they are written
 * @param unused the fields of a source that belong to no column
 */
public record Mapping(
    String setting,
    String text,
    List<Entry> entries,
    boolean rest,
    List<Term> excluded,
    List<String> unused) {

  /** A field or another term, and what it belongs to. */
  public record Entry(Term field, Term column) {}

  /**
   * One side of an entry.
   *
   * @param function the name of a call's function in lower case, without a keyspace; empty for
   *     other terms
   * @param arguments the text between the brackets of a call
   */
  public record Term(Form form, String text, String function, String arguments) {

    Term(Form form, String text) {
      this(form, text, "", "");
    }

    boolean isName() {
      return form == Form.WORD || form == Form.QUOTED;
    }

    /** Whether the term stands for the TTL or the write time of a whole row. */
    boolean isOfRow() {
      return form == Form.WORD
          ? text.equals("__ttl") || text.equals("__timestamp")
          : (function.equals("ttl") || function.equals("writetime")) && arguments.equals("*");
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /** What a term is. */
  public enum Form {
    /** A name without quotes, as it is written. */
    WORD,
    /** A name in quotes, without them. */
    QUOTED,
    /** The number of a field, from 0. */
    POSITION,
    /** A literal in CQL. */
    CONSTANT,
    /** The call of a function. */
    CALL
  }

  private static final String SETTING = "mapping";

  public Mapping {
    entries = List.copyOf(entries);
    excluded = List.copyOf(excluded);
    unused = List.copyOf(unused);
  }

  /**
   * Parses a mapping.
   *
   * @throws InvalidSettingException if it is not one
   */
  public static Mapping parse(String text) {
    return new Parser(text.strip()).mapping();
  }

  /** Whether the fields are given by their numbers. */
  public boolean isByPosition() {
    return entries.stream().anyMatch(entry -> entry.field().form() == Form.POSITION);
  }

  /** Whether whole rows have a TTL or a write time. */
  public boolean hasRowTimes() {
    return entries.stream().anyMatch(entry -> entry.column().isOfRow());
  }

  /**
   * This mapping without what a comparison cannot compare: times of rows, values that an import
   * computes anew, and functions that an export computed.
   */
  Mapping compared() {
    List<Entry> kept = new ArrayList<>();
    List<String> left = new ArrayList<>();
    for (Entry entry : entries) {
      Term column = entry.column();
      boolean isFunction =
          column.form() == Form.CALL
              && !column.function().equals("ttl")
              && !column.function().equals("writetime");
      if (column.isOfRow() || isFunction) {
        left.add(entry.field().text());
      } else if (entry.field().form() != Form.CALL) {
        kept.add(entry);
      }
    }
    return new Mapping(setting, text, kept, rest, excluded, left);
  }

  /** Whether columns have values that are not in the source. */
  public boolean computes() {
    return entries.stream()
        .map(entry -> entry.field().form())
        .anyMatch(form -> form == Form.CONSTANT || form == Form.CALL);
  }

  /**
   * Checks that no columns are selected beside the mapping.
   *
   * @throws InvalidSettingException if there are some
   */
  public void requireNo(List<CqlIdentifier> columns) {
    if (!columns.isEmpty()) {
      throw refusal("does not go with " + Setting.COLUMNS.mark() + ": it names the columns itself");
    }
  }

  /** The failure of a mapping that does not go. */
  public InvalidSettingException refusal(String reason) {
    return new InvalidSettingException(setting, String.format("%s (%s) %s", setting, text, reason));
  }

  /** The text of some tokens of another text. */
  static String text(String of, List<Token> tokens) {
    return tokens.isEmpty()
        ? ""
        : of.substring(tokens.get(0).start(), tokens.get(tokens.size() - 1).end());
  }

  /**
   * The term of some tokens; empty if they are none.
   *
   * @param text the text of the tokens
   * @param tokens at least one
   */
  static Optional<Term> term(String text, List<Token> tokens) {
    Token first = tokens.get(0);
    int last = tokens.size() - 1;
    boolean closes = tokens.get(last).isSymbol(')');
    if (tokens.size() == 1 && first.kind() == Kind.WORD) {
      boolean quoted = first.text().startsWith("\"");
      return Optional.of(
          new Term(
              quoted ? Form.QUOTED : Form.WORD, quoted ? first.name().asInternal() : first.text()));
    }
    if (tokens.size() == 1 && first.kind() == Kind.LITERAL) {
      boolean isNumber = first.text().chars().allMatch(c -> c >= '0' && c <= '9');
      boolean isWord = first.text().matches("[A-Za-z0-9_]+");
      return Optional.of(
          new Term(isNumber ? Form.POSITION : isWord ? Form.WORD : Form.CONSTANT, first.text()));
    }
    if (first.isSymbol('(') && closes && tokens.size() > 2) {
      return Optional.of(new Term(Form.CONSTANT, text(text, tokens.subList(1, last))));
    }
    if (first.kind() == Kind.WORD && closes) {
      boolean qualified =
          tokens.size() > 4 && tokens.get(1).isSymbol('.') && tokens.get(2).kind() == Kind.WORD;
      int opening = qualified ? 3 : 1;
      if (tokens.get(opening).isSymbol('(')
          && tokens.subList(opening + 1, last).stream().allMatch(token -> token.depth() > 0)) {
        return Optional.of(
            new Term(
                Form.CALL,
                text(text, tokens),
                tokens.get(opening - 1).name().asInternal().toLowerCase(Locale.ROOT),
                text(text, tokens.subList(opening + 1, last))));
      }
    }
    return Optional.empty();
  }

  /** Splits tokens at the commas of one depth. */
  static List<List<Token>> split(List<Token> tokens, int depth) {
    List<List<Token>> parts = new ArrayList<>();
    List<Token> part = new ArrayList<>();
    for (Token token : tokens) {
      if (token.isSymbol(',') && token.depth() == depth) {
        parts.add(part);
        part = new ArrayList<>();
      } else {
        part.add(token);
      }
    }
    parts.add(part);
    return parts;
  }

  private static final class Parser {

    private final String text;
    private final List<Entry> entries = new ArrayList<>();
    private final List<Term> excluded = new ArrayList<>();
    private boolean rest;

    Parser(String text) {
      this.text = text;
    }

    Mapping mapping() {
      List<Token> tokens = CqlTokens.of(text);
      requireWhole(tokens);
      List<List<Token>> parts = split(tokens, 0);
      boolean simple = parts.stream().allMatch(part -> separator(part).isEmpty());
      for (List<Token> part : parts) {
        if (part.isEmpty()) {
          throw refusal("has an empty entry");
        } else if (simple) {
          Term column = term(part);
          entries.add(new Entry(column, column));
        } else {
          read(part);
        }
      }
      return new Mapping(SETTING, text, entries, rest, excluded, List.of());
    }

    private void read(List<Token> part) {
      int at =
          separator(part)
              .orElseThrow(
                  () -> refusal("has no = in the entry " + text(part) + "; write field = column"));
      List<Token> field = part.subList(0, at);
      List<Token> column = new ArrayList<>(part.subList(at + 1, part.size()));
      Token between = part.get(at);
      if (between.kind() == Kind.MARKER && between.text().length() > 1) {
        column.add(
            0,
            new Token(
                Kind.WORD,
                between.text().substring(1),
                0,
                between.end() - between.text().length() + 1,
                between.end()));
      }
      if (field.isEmpty() || column.isEmpty()) {
        throw refusal("lacks one side in the entry " + text(part) + "; write field = column");
      }
      if (field.get(0).isSymbol('*')) {
        readRest(field, column);
      } else {
        entries.add(new Entry(term(field), term(column)));
      }
    }

    /** Reads {@code * = *}, {@code * = -a} and {@code * = [-a, -b]}. */
    private void readRest(List<Token> field, List<Token> column) {
      boolean again = rest;
      rest = true;
      if (field.size() > 1 || again) {
        throw refusal(again ? "has * twice at the left" : "has more than * in an entry of *");
      }
      if (column.size() == 1 && column.get(0).isSymbol('*')) {
        return;
      }
      List<List<Token>> names = List.of(column);
      if (column.get(0).isSymbol('[') && column.get(column.size() - 1).isSymbol(']')) {
        names = split(column.subList(1, column.size() - 1), 1);
      }
      for (List<Token> name : names) {
        if (name.size() < 2 || !name.get(0).isSymbol('-')) {
          throw refusal(
              "has an entry of * that is not * = *, * = -column or * = [-column, -column]");
        }
        excluded.add(name(name.subList(1, name.size())));
      }
    }

    private Term name(List<Token> tokens) {
      Term term = term(tokens);
      if (!term.isName()) {
        throw refusal("has " + term + " in the place of a column");
      }
      return term;
    }

    private Term term(List<Token> tokens) {
      return Mapping.term(text, tokens)
          .orElseThrow(
              () ->
                  refusal(
                      String.format(
                          "has %s, which is no name, no position, no function and no constant; a"
                              + " name with other characters needs double quotes, and a constant"
                              + " brackets, as in (42) = column",
                          text(tokens))));
    }

    private String text(List<Token> tokens) {
      return Mapping.text(text, tokens);
    }

    /** The position of the sign between field and column. */
    private static Optional<Integer> separator(List<Token> part) {
      for (int i = 0; i < part.size(); i++) {
        Token token = part.get(i);
        boolean separates =
            token.isSymbol('=')
                || token.isSymbol(':')
                || (token.kind() == Kind.MARKER && !token.text().equals("?"));
        if (token.depth() == 0 && separates) {
          return Optional.of(i);
        }
      }
      return Optional.empty();
    }

    /** Refuses texts whose end is missing, and signs that belong to no term. */
    private void requireWhole(List<Token> tokens) {
      int depth = 0;
      for (Token token : tokens) {
        String quote = token.text().substring(0, 1);
        if ((quote.equals("'") || quote.equals("\""))
            && (token.text().length() < 2
                || (token.text().chars().filter(c -> c == quote.charAt(0)).count() & 1) != 0)) {
          throw refusal("has a quote that is not closed");
        }
        if (token.isSymbol('(') || token.isSymbol('[') || token.isSymbol('{')) {
          depth++;
        } else if (token.isSymbol(')') || token.isSymbol(']') || token.isSymbol('}')) {
          depth--;
        } else if (token.isSymbol(';') || token.text().equals("?")) {
          throw refusal("has " + token.text() + ", which has no meaning in a mapping");
        }
        if (depth < 0) {
          throw refusal("has a closing bracket without an opening one");
        }
      }
      if (depth > 0) {
        throw refusal("has a bracket that is not closed");
      }
    }

    private InvalidSettingException refusal(String reason) {
      return new Mapping(SETTING, text, List.of(), false, List.of(), List.of()).refusal(reason);
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
