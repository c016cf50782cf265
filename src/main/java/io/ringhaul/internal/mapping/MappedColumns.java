package io.ringhaul.internal.mapping;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.metadata.schema.FunctionSignature;
import com.datastax.oss.driver.api.core.servererrors.QueryValidationException;
import com.datastax.oss.driver.api.core.type.DataType;
import io.ringhaul.internal.cql.CqlTokens;
import io.ringhaul.internal.cql.CqlTokens.Kind;
import io.ringhaul.internal.cql.CqlTokens.Token;
import io.ringhaul.internal.mapping.Mapping.Entry;
import io.ringhaul.internal.mapping.Mapping.Form;
import io.ringhaul.internal.mapping.Mapping.Term;
import io.ringhaul.internal.request.Preparation;
import io.ringhaul.internal.scan.SelectedColumn;
import io.ringhaul.internal.write.CellTimeTypes;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What an export selects: columns of a table, and functions of them, under the names of its fields.
 */
public final class MappedColumns {

  private static final Set<String> AGGREGATES = Set.of("count", "min", "max", "sum", "avg");

  private final CqlSession session;
  private final Mapping mapping;
  private final TableDescription table;
  private final List<SelectedColumn> selected = new ArrayList<>();

  /** The fields of columns that are selected as they are. */
  private final Map<String, String> fields = new HashMap<>();

  private MappedColumns(CqlSession session, Mapping mapping, TableDescription table) {
    this.session = session;
    this.mapping = mapping;
    this.table = table;
  }

  /**
   * The selection of a mapping.
   *
   * @throws io.ringhaul.exceptions.InvalidSettingException if the table lacks a column, or if the
   *     server refuses a function
   */
  public static MappedColumns of(CqlSession session, Mapping mapping, TableDescription table) {
    MappedColumns columns = new MappedColumns(session, mapping, table);
    columns.select();
    columns.requireDistinct();
    return columns;
  }

  /** The selected columns and functions, in the order of the fields. */
  public List<SelectedColumn> selected() {
    return selected;
  }

  /** The columns that are read. A function may read any column. */
  public List<ColumnDescription> read() {
    return fields.size() < selected.size()
        ? table.columns()
        : table.columns().stream().filter(column -> fields.containsKey(column.name())).toList();
  }

  /** The table with the names of the fields. Columns that are not exported are not part of it. */
  public TableDescription asFields() {
    Set<String> taken = new HashSet<>();
    selected.forEach(field -> taken.add(field.column().name()));
    List<ColumnDescription> columns = new ArrayList<>();
    Set<String> descending = new HashSet<>();
    for (ColumnDescription column : table.columns()) {
      String field = fields.get(column.name());
      if (field == null && column.isPrimaryKey()) {
        // A target sees by this column that the key is not whole.
        field = column.name();
        while (!taken.add(field)) {
          field += " of " + table.name();
        }
      }
      if (field != null) {
        columns.add(new ColumnDescription(field, column.type(), column.kind()));
        if (table.descending().contains(column.name())) {
          descending.add(field);
        }
      }
    }
    return new TableDescription(table.keyspace(), table.name(), columns, descending);
  }

  private void select() {
    for (Entry entry : inOrder()) {
      Term term = entry.column();
      switch (term.form()) {
        case WORD, QUOTED -> {
          ColumnDescription column =
              column(term)
                  .orElseThrow(
                      () ->
                          mapping.refusal(
                              String.format(
                                  "has a column %s, which %s does not have", term, table)));
          add(entry.field().form() == Form.POSITION ? column.name() : field(entry), column);
        }
        case CALL -> {
          if (entry.field().form() == Form.POSITION) {
            addFunction(term.text(), term);
          } else {
            addFunction(field(entry), term);
          }
        }
        default ->
            throw mapping.refusal(
                "has "
                    + term
                    + " in the place of a column; an export has columns and functions of columns");
      }
    }
    if (mapping.rest()) {
      Set<String> excluded = new HashSet<>();
      for (Term term : mapping.excluded()) {
        excluded.add(
            column(term)
                .orElseThrow(
                    () ->
                        mapping.refusal(
                            String.format(
                                "leaves column %s out, which %s does not have", term, table)))
                .name());
      }
      for (ColumnDescription column : table.columns()) {
        if (!fields.containsKey(column.name()) && !excluded.contains(column.name())) {
          add(column.name(), column);
        }
      }
    }
  }

  private List<Entry> inOrder() {
    List<Entry> entries = mapping.entries();
    if (!mapping.isByPosition()) {
      return entries;
    }
    if (mapping.rest()
        || entries.stream().anyMatch(entry -> entry.field().form() != Form.POSITION)) {
      throw mapping.refusal("has positions and names; give each field by its position");
    }
    List<Entry> sorted =
        entries.stream()
            .sorted(Comparator.comparingInt(entry -> Integer.parseInt(entry.field().text())))
            .toList();
    for (int i = 0; i < sorted.size(); i++) {
      if (Integer.parseInt(sorted.get(i).field().text()) != i) {
        throw mapping.refusal("has no field at position " + i + ", or two of them");
      }
    }
    return sorted;
  }

  private String field(Entry entry) {
    Term field = entry.field();
    // A list of columns and functions names the fields as it is written.
    if (!field.isName() && !field.equals(entry.column())) {
      throw mapping.refusal(
          "has " + field + " in the place of a field; an export needs a name at the left");
    }
    return field.text();
  }

  private Optional<ColumnDescription> column(Term term) {
    return table
        .column(term.text())
        .or(
            () ->
                term.form() == Form.WORD
                    ? table.column(term.text().toLowerCase(Locale.ROOT))
                    : Optional.empty());
  }

  private void add(String field, ColumnDescription column) {
    if (fields.put(column.name(), field) != null) {
      throw mapping.refusal("has column " + column.name() + " twice");
    }
    selected.add(
        new SelectedColumn(
            new ColumnDescription(field, column.type(), column.kind()),
            SelectedColumn.of(column).expression()));
  }

  private void addFunction(String field, Term call) {
    Optional<ColumnDescription> of =
        table.columns().stream()
            .filter(CellTimeTypes::haveTimes)
            .filter(column -> SelectedColumn.of(column).expression().equals(argument(call)))
            .findFirst();
    boolean isWritetime = call.function().equals("writetime");
    if (isWritetime || call.function().equals("ttl")) {
      ColumnDescription column =
          of.orElseThrow(
              () ->
                  mapping.refusal(
                      String.format(
                          "has %s; take a column of %s outside its primary key that is no counter",
                          call, table)));
      DataType type =
          isWritetime ? CellTimeTypes.writetime(column.type()) : CellTimeTypes.ttl(column.type());
      selected.add(
          new SelectedColumn(
              new ColumnDescription(field, type, ColumnDescription.Kind.METADATA),
              (isWritetime ? "WRITETIME(" : "TTL(")
                  + SelectedColumn.of(column).expression()
                  + ")"));
      return;
    }
    if (combinesRows(call)) {
      throw mapping.refusal(
          "has " + call + ", which combines rows; an export takes functions of one row");
    }
    selected.add(
        new SelectedColumn(
            new ColumnDescription(field, type(call), ColumnDescription.Kind.REGULAR), call.text()));
  }

  /** The name of the only argument of a call, quoted; empty for other arguments. */
  private String argument(Term call) {
    return table.columns().stream()
        .filter(
            column ->
                call.arguments().equalsIgnoreCase(column.name())
                    || call.arguments().equals(SelectedColumn.of(column).expression()))
        .map(column -> SelectedColumn.of(column).expression())
        .findFirst()
        .orElse("");
  }

  /** Whether a call, or one within it, combines rows. */
  private boolean combinesRows(Term call) {
    List<Token> tokens = CqlTokens.of(call.text());
    return IntStream.range(1, tokens.size())
        .filter(i -> tokens.get(i).isSymbol('(') && tokens.get(i - 1).kind() == Kind.WORD)
        .mapToObj(i -> tokens.get(i - 1).name().asInternal().toLowerCase(Locale.ROOT))
        .anyMatch(this::isAggregate);
  }

  private boolean isAggregate(String function) {
    return AGGREGATES.contains(function)
        || session.getMetadata().getKeyspaces().values().stream()
            .flatMap(keyspace -> keyspace.getAggregates().keySet().stream())
            .map(FunctionSignature::getName)
            .anyMatch(name -> name.asInternal().equals(function));
  }

  private DataType type(Term call) {
    try {
      return Preparation.prepare(
              session, String.format("SELECT %s FROM %s", call.text(), table.cql()))
          .getResultSetDefinitions()
          .get(0)
          .getType();
    } catch (QueryValidationException e) {
      throw mapping.refusal(
          String.format("has %s, which the cluster refuses: %s", call, e.getMessage()));
    }
  }

  private void requireDistinct() {
    Set<String> names = new HashSet<>();
    selected.stream()
        .map(column -> column.column().name())
        .filter(name -> !names.add(name))
        .findFirst()
        .ifPresent(
            name -> {
              throw mapping.refusal("has field " + name + " twice");
            });
  }
}
