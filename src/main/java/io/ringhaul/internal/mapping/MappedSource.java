package io.ringhaul.internal.mapping;

import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.RecordForm;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceRecord;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.SourceTask;
import io.ringhaul.internal.mapping.Mapping.Entry;
import io.ringhaul.internal.mapping.Mapping.Form;
import io.ringhaul.internal.mapping.Mapping.Term;
import io.ringhaul.internal.write.CellTimeNames;
import io.ringhaul.internal.write.RowTimes;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TableSchema;
import io.ringhaul.schema.TokenRangeSet;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A source whose fields have other names than the columns that they belong to, and whose rows have
 * computed values in addition. The source plans and reads a table whose columns have the names of
 * its fields.
 */
public record MappedSource(ImportSource source, Mapping mapping, CellTimeNames times)
    implements ImportSource {

  /** The source for a comparison, which has only what can be equal to values of the table. */
  public static MappedSource compared(ImportSource source, Mapping mapping) {
    return new MappedSource(source, mapping.compared(), CellTimeNames.DEFAULT);
  }

  /** The session of the fields, if a session is one of this source; the session itself if not. */
  public static SourceSession ofFields(SourceSession session) {
    return session instanceof Session mapped ? mapped.fields : session;
  }

  @Override
  public SourceSession open() {
    return new Session(source.open(), mapping, times);
  }

  @Override
  public boolean isStream() {
    return source.isStream();
  }

  @Override
  public Map<String, String> identity() {
    Map<String, String> parts = new LinkedHashMap<>(source.identity());
    parts.put("mapping", mapping.text());
    return parts;
  }

  private static final class Session implements SourceSession {

    /** The field of a column of the plan is kept under this and the column's name. */
    private static final String FIELD = "mapping field of ";

    /** The entry of a computed column is kept under this and the column's name. */
    private static final String ENTRY = "mapping entry of ";

    private static final String SEED = "mapping seed";
    private static final String MOMENT = "mapping moment";

    private final SourceSession fields;
    private final Mapping mapping;
    private final CellTimeNames times;

    /** The plans of the fields by plan: sessions keep what they read of a plan by its identity. */
    private final IdentityHashMap<SourcePlan, SourcePlan> plans = new IdentityHashMap<>();

    Session(SourceSession fields, Mapping mapping, CellTimeNames times) {
      this.fields = fields;
      this.mapping = mapping;
      this.times = times;
    }

    @Override
    public Optional<TableSchema> schema(String keyspace, String table) {
      return fields.schema(keyspace, table).map(this::renamed);
    }

    private TableSchema renamed(TableSchema schema) {
      Map<String, String> columns = new HashMap<>();
      Set<String> excluded = new HashSet<>();
      for (Entry entry : mapping.entries()) {
        if (entry.column().isOfRow()) {
          excluded.add(entry.field().text());
        } else if (entry.field().isName() && entry.column().isName()) {
          columns.put(entry.field().text(), word(entry.column()));
        }
      }
      mapping.excluded().forEach(term -> excluded.add(word(term)));
      return new TableSchema(
          schema.keyspace(),
          schema.table(),
          schema.primaryKey().stream().map(name -> columns.getOrDefault(name, name)).toList(),
          schema.columns().stream()
              .filter(
                  column ->
                      columns.containsKey(column.name())
                          || (mapping.rest() && !excluded.contains(column.name())))
              .map(
                  column ->
                      new TableSchema.Column(
                          columns.getOrDefault(column.name(), column.name()),
                          column.type(),
                          column.kind(),
                          column.descending()))
              .toList(),
          schema.userTypes());
    }

    @Override
    public SourcePlan plan(TableDescription table, List<String> asked, OptionalInt taskCount) {
      Assignment assignment = new Assignment(mapping, times, table, asked);
      TableDescription asFields = assignment.fields();
      List<String> named = assignment.named();
      SourcePlan plan =
          fields.plan(
              asFields,
              mapping.rest() && asked.isEmpty()
                  ? assignment.kept(fields.schema(table.keyspace(), table.name()))
                  : assignment.ofTable(),
              taskCount);
      List<String> missing =
          named.stream().filter(field -> !plan.columns().contains(field)).toList();
      if (!missing.isEmpty()) {
        throw new UnsuitableTableException(
            table.toString(),
            String.format(
                "%s has no field %s, which mapping (%s) names",
                plan.location(), String.join(", ", missing), mapping));
      }
      List<String> kept = plan.columns().stream().filter(assignment::isKept).toList();
      return assignment.wrap(
          kept.size() == plan.columns().size() ? plan : fields.plan(asFields, kept, taskCount));
    }

    /** Called for durable jobs only: their rows may be read again, in another order. */
    @Override
    public SourcePlan pinned(SourcePlan plan) {
      if (!fields.isRepeatable()) {
        plan.columns().stream()
            .flatMap(column -> computed(plan, column).stream())
            .filter(entry -> ComputedValue.differsByRow(entry.field()))
            .findFirst()
            .ifPresent(
                entry -> {
                  throw mapping.refusal(
                      String.format(
                          "computes %s for column %s, and %s does not return its rows in the same"
                              + " order when a job resumes: run without a job, or take the value"
                              + " from a column",
                          entry.field(), entry.column(), plan.location()));
                });
      }
      return rewrapped(plan, fields.pinned(ofFields(plan)));
    }

    @Override
    public SourcePlan within(SourcePlan plan, TokenRangeSet tokens) {
      return rewrapped(plan, fields.within(ofFields(plan), tokens));
    }

    private static SourcePlan rewrapped(SourcePlan plan, SourcePlan changed) {
      Map<String, String> properties = new HashMap<>(plan.properties());
      properties.putAll(changed.properties());
      return with(changed, plan.columns(), properties);
    }

    private static SourcePlan with(
        SourcePlan plan, List<String> columns, Map<String, String> properties) {
      return new SourcePlan(
          plan.formatVersion(), plan.format(), plan.location(), columns, properties, plan.tasks());
    }

    private synchronized SourcePlan ofFields(SourcePlan plan) {
      return plans.computeIfAbsent(plan, Session::unwrapped);
    }

    private static SourcePlan unwrapped(SourcePlan plan) {
      Map<String, String> properties = new HashMap<>(plan.properties());
      properties.keySet().removeIf(name -> name.startsWith("mapping "));
      return with(
          plan,
          plan.columns().stream()
              .map(column -> plan.properties().get(FIELD + column))
              .filter(Objects::nonNull)
              .toList(),
          properties);
    }

    @Override
    public RowReader open(SourcePlan plan, List<ColumnDescription> columns, SourceTask task) {
      List<ColumnDescription> asFields = new ArrayList<>();
      List<ComputedValue> computed = new ArrayList<>();
      ComputedValue.Job job =
          new ComputedValue.Job(
              UUID.fromString(Objects.requireNonNull(plan.properties().get(SEED))),
              Instant.parse(Objects.requireNonNull(plan.properties().get(MOMENT))));
      for (ColumnDescription column : columns) {
        String field = plan.properties().get(FIELD + column.name());
        if (field != null) {
          asFields.add(field(column, field));
        } else {
          Term term = computed(plan, column.name()).orElseThrow().field();
          computed.add(ComputedValue.of(mapping, term, column, job));
        }
      }
      RowReader reader = fields.open(ofFields(plan), asFields, task);
      return computed.isEmpty()
          ? reader
          : new Reader(reader, asFields.size(), computed, task.number());
    }

    /** The entry of a column of the plan; empty if the column has a field. */
    private Optional<Entry> computed(SourcePlan plan, String column) {
      return Optional.ofNullable(plan.properties().get(ENTRY + column))
          .map(Integer::valueOf)
          .map(mapping.entries()::get);
    }

    @Override
    public Set<String> fixedScales(SourcePlan plan) {
      Set<String> scaled = fields.fixedScales(ofFields(plan));
      return plan.columns().stream()
          .filter(column -> scaled.contains(plan.properties().getOrDefault(FIELD + column, "")))
          .collect(Collectors.toSet());
    }

    @Override
    public boolean isRepeatable() {
      return fields.isRepeatable();
    }

    @Override
    public void requireUnchanged() {
      fields.requireUnchanged();
    }

    @Override
    public void close() {
      fields.close();
    }
  }

  /** The field of a column. A record may lack the TTL or the write time of its row. */
  private static ColumnDescription field(ColumnDescription column, String name) {
    boolean isOfRow = RowTimes.COLUMNS.contains(column);
    return new ColumnDescription(name, column.type(), isOfRow ? Kind.REGULAR : column.kind());
  }

  /** The name as CQL stores it. */
  private static String word(Term term) {
    return term.form() == Form.WORD ? term.text().toLowerCase(Locale.ROOT) : term.text();
  }

  /** The fields of the columns of one table. */
  private static final class Assignment {

    private static final int MOST_FIELDS = 10_000;

    private final Mapping mapping;
    private final CellTimeNames times;
    private final TableDescription table;

    /** The names of the fields by their columns. */
    private final Map<String, String> fields = new LinkedHashMap<>();

    /** The entries of the columns that are computed. */
    private final Map<String, Integer> computed = new LinkedHashMap<>();

    private final Set<String> dropped = new HashSet<>();
    private final List<String> named = new ArrayList<>();

    Assignment(Mapping mapping, CellTimeNames times, TableDescription table, List<String> asked) {
      this.mapping = mapping;
      this.times = times;
      this.table = table;
      if (mapping.rest() && mapping.isByPosition()) {
        throw mapping.refusal("has * beside positions; give each field by its position");
      }
      Set<String> assigned = new HashSet<>();
      for (Entry entry : mapping.entries()) {
        ColumnDescription column = column(entry.column());
        if (!assigned.add(column.name())) {
          throw mapping.refusal("has column " + entry.column() + " twice");
        }
        if (entry.field().isName() || entry.field().form() == Form.POSITION) {
          String field = entry.field().text();
          if (named.contains(field)) {
            throw mapping.refusal(
                "has field " + field + " for two columns; a field belongs to one column");
          }
          fields.put(column.name(), field);
          named.add(field);
        } else {
          computed.put(column.name(), mapping.entries().indexOf(entry));
          ComputedValue.of(mapping, entry.field(), column, ComputedValue.Job.ANY);
        }
      }
      dropped.addAll(mapping.unused());
      for (Term term : mapping.excluded()) {
        String name = find(term).map(ColumnDescription::name).orElse(term.text());
        dropped.addAll(List.of(name, times.writetimeOf(name), times.ttlOf(name)));
      }
      if (mapping.rest()) {
        addRest(assigned, asked);
      }
      addTimes();
    }

    /**
     * @param asked the only columns that can be added; empty for all
     */
    private void addRest(Set<String> assigned, List<String> asked) {
      for (ColumnDescription column : table.columns()) {
        if (column.kind() == Kind.METADATA
            || assigned.contains(column.name())
            || (!asked.isEmpty() && !asked.contains(column.name()))) {
          continue;
        }
        if (named.contains(column.name())) {
          if (dropped.contains(column.name())) {
            continue;
          }
          throw mapping.refusal(
              String.format(
                  "gives field %s to another column and * = * gives it to column %1$s; leave that"
                      + " column out with * = -%1$s",
                  column.name()));
        }
        fields.put(column.name(), column.name());
      }
    }

    /** The write times and TTLs of a column have the name of its field. */
    private void addTimes() {
      for (Map.Entry<String, String> column : Map.copyOf(fields).entrySet()) {
        addTime(times.writetimeOf(column.getKey()), times.writetimeOf(column.getValue()));
        addTime(times.ttlOf(column.getKey()), times.ttlOf(column.getValue()));
      }
      for (ColumnDescription column : table.columns()) {
        if (column.kind() == Kind.METADATA
            && !RowTimes.COLUMNS.contains(column)
            && !fields.containsValue(column.name())) {
          fields.putIfAbsent(column.name(), column.name());
        }
      }
    }

    private void addTime(String column, String field) {
      if (table.column(column).filter(its -> its.kind() == Kind.METADATA).isPresent()) {
        fields.putIfAbsent(column, field);
      }
    }

    /** The fields that the mapping names, in its order. */
    List<String> named() {
      return named;
    }

    /** The fields of columns of the table. */
    List<String> ofTable() {
      return fields.entrySet().stream()
          .filter(
              field ->
                  named.contains(field.getValue())
                      || table.column(field.getKey()).orElseThrow().kind() != Kind.METADATA)
          .map(Map.Entry::getValue)
          .toList();
    }

    /**
     * The fields that remain of a source that tells its columns. Empty to let the source find what
     * it has, and to refuse what the table lacks.
     */
    List<String> kept(Optional<TableSchema> source) {
      if (dropped.isEmpty() || source.isEmpty()) {
        return List.of();
      }
      List<String> all = source.get().columns().stream().map(TableSchema.Column::name).toList();
      Set<String> known = new HashSet<>(fields.values());
      known.addAll(dropped);
      List<String> kept = all.stream().filter(this::isKept).toList();
      return known.containsAll(all) ? kept : List.of();
    }

    /** Whether a field of the source is imported. */
    boolean isKept(String field) {
      return !dropped.contains(field) || named.contains(field);
    }

    /** The table as the source sees it. */
    TableDescription fields() {
      Map<String, ColumnDescription> columns = new LinkedHashMap<>();
      // In the order of the mapping: files without a header have their fields in this order.
      if (mapping.isByPosition()) {
        int last = named.stream().mapToInt(this::position).max().orElse(-1);
        for (int i = 0; i <= last; i++) {
          String unused = Integer.toString(i);
          columns.put(unused, new ColumnDescription(unused, DataTypes.TEXT, Kind.REGULAR));
        }
      }
      fields.forEach(
          (column, field) -> {
            ColumnDescription its = table.column(column).orElseThrow();
            columns.put(field, field(its, field));
          });
      for (String name : dropped) {
        columns.putIfAbsent(name, new ColumnDescription(name, DataTypes.TEXT, Kind.REGULAR));
      }
      Set<String> descending = new HashSet<>();
      table.descending().stream()
          .filter(fields::containsKey)
          .forEach(column -> descending.add(Objects.requireNonNull(fields.get(column))));
      return new TableDescription(
          table.keyspace(), table.name(), List.copyOf(columns.values()), descending);
    }

    private int position(String field) {
      try {
        int position = Integer.parseInt(field);
        if (position < MOST_FIELDS) {
          return position;
        }
      } catch (NumberFormatException e) {
        // Below.
      }
      throw mapping.refusal(
          String.format(
              "has field %s beside positions; give each field by its position, from 0 to %d",
              field, MOST_FIELDS - 1));
    }

    /** The plan with the table's columns, and what is needed to read it in another process. */
    SourcePlan wrap(SourcePlan plan) {
      Map<String, String> columns = new HashMap<>();
      fields.forEach((column, field) -> columns.put(field, column));
      Map<String, String> properties = new HashMap<>(plan.properties());
      List<String> names = new ArrayList<>();
      for (String field : plan.columns()) {
        String column = Objects.requireNonNull(columns.get(field), field);
        names.add(column);
        properties.put(Session.FIELD + column, field);
      }
      computed.forEach(
          (column, entry) -> {
            names.add(column);
            properties.put(Session.ENTRY + column, Integer.toString(entry));
          });
      properties.put(Session.SEED, UUID.randomUUID().toString());
      properties.put(Session.MOMENT, Instant.now().toString());
      return Session.with(plan, names, properties);
    }

    private ColumnDescription column(Term term) {
      return find(term)
          .orElseThrow(
              () ->
                  mapping.refusal(
                      String.format(
                          term.isName()
                              ? "has a column %s, which %s does not have"
                              : "has %s in the place of a column of %s; a column, __ttl,"
                                  + " __timestamp, ttl(column) or writetime(column) can be there",
                          term,
                          table)));
    }

    private Optional<ColumnDescription> find(Term term) {
      return names(term).stream().flatMap(name -> table.column(name).stream()).findFirst();
    }

    /** The names that the column of a term may have, in the order of search. */
    private List<String> names(Term term) {
      return switch (term.form()) {
        case WORD ->
            switch (term.text()) {
              case "__ttl" -> List.of(RowTimes.TTL);
              case "__timestamp" -> List.of(RowTimes.TIMESTAMP);
              default -> List.of(term.text(), word(term));
            };
        case QUOTED -> List.of(term.text());
        case CALL -> {
          boolean ofRow = term.arguments().equals("*");
          String column =
              ofRow ? "" : word(Mapping.parse(term.arguments()).entries().get(0).field());
          yield switch (term.function()) {
            case "ttl" -> List.of(ofRow ? RowTimes.TTL : times.ttlOf(column));
            case "writetime" -> List.of(ofRow ? RowTimes.TIMESTAMP : times.writetimeOf(column));
            default -> List.of();
          };
        }
        default -> List.of();
      };
    }
  }

  /** Adds the computed values to the rows. */
  private static final class Reader implements RowReader {

    private final RowReader fields;
    private final int count;
    private final List<ComputedValue> computed;
    private final int task;
    private long row;

    Reader(RowReader fields, int count, List<ComputedValue> computed, int task) {
      this.fields = fields;
      this.count = count;
      this.computed = computed;
      this.task = task;
    }

    @Override
    public @Nullable RawRow next() {
      // Counts records that are no rows too, so that a row has the same number when it is read
      // again.
      long number = row++;
      RawRow read = fields.next();
      if (read == null) {
        return null;
      }
      ByteBuffer[] values = new ByteBuffer[computed.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = computed.get(i).of(task, number);
      }
      return column -> column < count ? read.bytes(column) : values[column - count];
    }

    @Override
    public Optional<SourceRecord> lastRecord() {
      return fields.lastRecord();
    }

    @Override
    public Optional<RecordForm> recordForm() {
      return fields.recordForm();
    }

    @Override
    public long bytesRead() {
      return fields.bytesRead();
    }

    @Override
    public void close() {
      fields.close();
    }
  }
}
