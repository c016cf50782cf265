package io.ringhaul.internal.files;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.MapType;
import com.datastax.oss.driver.api.core.type.SetType;
import com.datastax.oss.driver.api.core.type.VectorType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.Compression;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.SourceTask;
import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.internal.cql.TypeText;
import io.ringhaul.internal.jackson.Json;
import io.ringhaul.internal.storage.FileStore.FileStat;
import io.ringhaul.internal.storage.FileStores;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TableSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** A running import from part files, or from a stream. */
public final class FolderSourceSession implements SourceSession {

  private static final int FORMAT_VERSION = 1;

  /** Small enough that several readers share one file, if the format can split files. */
  private static final long SPLIT_BYTES = 16L << 20;

  private static final long LEAST_SPLIT_BYTES = 64L << 10;

  private final SourceLocation location;
  private final InputFormat format;
  private final FileStores stores;
  private final VerifiedFiles verified = new VerifiedFiles();

  public FolderSourceSession(SourceLocation location, InputFormat format) {
    this.location = location;
    this.format = format;
    this.stores = location.openStores();
  }

  @Override
  public SourcePlan plan(TableDescription table, List<String> columns, OptionalInt taskCount) {
    try {
      SourceSearch.Found found = new SourceSearch(location, format, stores).run();
      SourceLayout layout = format.layout(table, found.manifest(), found.files());
      List<String> selected =
          new SourceColumns(location.text(), table, found.schema(format), layout).select(columns);
      return new SourcePlan(
          FORMAT_VERSION,
          format.name(),
          location.text(),
          selected,
          layout.properties(),
          tasks(found, taskCount));
    } catch (IOException | UncheckedIOException e) {
      throw unreadable(e);
    }
  }

  /**
   * Returns the CQL schema that an export stored in its manifest or files; empty if another tool
   * wrote the files.
   *
   * @throws StorageException if no files are found, or if they cannot be read
   */
  public Optional<TableSchema> storedSchema() {
    try {
      return new SourceSearch(location, format, stores).run().schema(format);
    } catch (IOException | UncheckedIOException e) {
      throw unreadable(e);
    }
  }

  @Override
  public Optional<TableSchema> schema(String keyspace, String table) {
    try {
      SourceSearch.Found found = new SourceSearch(location, format, stores).run();
      Optional<TableSchema> stored = found.schema(format);
      return stored.isPresent() ? stored : format.derivedSchema(keyspace, table, found.files());
    } catch (IOException | UncheckedIOException e) {
      throw unreadable(e);
    }
  }

  /**
   * Reads every local file once to compute its checksum, unless checksums are disabled. An object
   * of a store has a version instead.
   */
  @Override
  public SourcePlan pinned(SourcePlan plan) {
    if (!location.isChecked()) {
      return plan;
    }
    return plan.withTasks(plan.tasks().stream().map(this::pinned).toList());
  }

  private SourceTask pinned(SourceTask task) {
    FilePart part = part(task);
    return part.sha256().isPresent() || !part.file().version().isEmpty()
        ? task
        : new SourceTask(
            task.number(),
            task.bytes(),
            List.of(part.pinned(verified.checksum(part.file())).text()));
  }

  @Override
  public RowReader open(SourcePlan plan, List<ColumnDescription> columns, SourceTask task) {
    FilePart part = part(task);
    SourceFile file =
        location.stream()
            .map(stream -> SourceFile.of(stream::read, part.file().compression()))
            .orElse(part.file());
    try {
      file.requireUnchanged();
      verified.require(part);
      return format.open(plan.properties(), columns, file);
    } catch (IOException | UncheckedIOException e) {
      throw file.unreadable(e);
    }
  }

  @Override
  public boolean isRepeatable() {
    return !location.isStream();
  }

  /** Closes the clients of object stores; the readers own the open files. */
  @Override
  public void close() {
    stores.close();
  }

  private FilePart part(SourceTask task) {
    return FilePart.parse(task.parts().get(0), stores);
  }

  private List<SourceTask> tasks(SourceSearch.Found found, OptionalInt taskCount) {
    Map<String, String> checksums = location.isChecked() ? found.checksums() : Map.of();
    long total = found.files().stream().mapToLong(SourceFile::size).sum();
    long wanted =
        Math.max(
            LEAST_SPLIT_BYTES, taskCount.isPresent() ? total / taskCount.getAsInt() : SPLIT_BYTES);
    List<SourceTask> tasks = new ArrayList<>();
    for (SourceFile file : found.files()) {
      long length = format.isSplittable(file) ? wanted : Math.max(1, file.size());
      // An empty file gets a task too, so that the reader can report it as damaged.
      for (long start = 0; start == 0 || start < file.size(); start += length) {
        SourceFile range = file.range(start, Math.min(length, file.size() - start));
        String part = FilePart.of(range, checksums.get(file.location())).text();
        tasks.add(new SourceTask(tasks.size(), range.length(), List.of(part)));
      }
    }
    return tasks;
  }

  private StorageException unreadable(Exception e) {
    Throwable reason = e instanceof UncheckedIOException ? e.getCause() : e;
    return new StorageException(location.text(), location.text() + " cannot be read: " + reason, e);
  }

  /** Selects the columns that an import reads and checks that they fit the table. */
  private static final class SourceColumns {

    private final String location;
    private final TableDescription table;
    private final Optional<TableSchema> schema;
    private final SourceLayout layout;

    SourceColumns(
        String location,
        TableDescription table,
        Optional<TableSchema> schema,
        SourceLayout layout) {
      this.location = location;
      this.table = table;
      this.schema = schema;
      this.layout = layout;
    }

    /**
     * Returns the names of the columns to read.
     *
     * @param asked the columns that the user named; empty for all
     * @throws StorageException if the source lacks a column, if none were named and the source has
     *     a column that the table lacks, or if a stored type does not fit the table's column
     */
    List<String> select(List<String> asked) {
      List<String> problems = new ArrayList<>();
      List<ColumnDescription> selected = new ArrayList<>();
      Set<String> present = new HashSet<>(layout.columns());
      for (ColumnDescription column : table.select(asked)) {
        if (present.contains(column.name())) {
          selected.add(column);
          typeProblem(column)
              .or(() -> Optional.ofNullable(layout.problems().get(column.name())))
              .ifPresent(problem -> problems.add("column " + column.name() + ": " + problem));
        } else if (!asked.isEmpty() || column.isPrimaryKey()) {
          problems.add("it has no column " + column.name());
        }
      }
      if (asked.isEmpty()) {
        layout.columns().stream()
            .filter(name -> table.column(name).isEmpty())
            .forEach(name -> stray(name, problems));
      }
      if (!problems.isEmpty()) {
        throw new StorageException(
            location,
            String.format("%s does not fit %s: %s", location, table, String.join("; ", problems)),
            null);
      }
      return selected.stream().map(ColumnDescription::name).toList();
    }

    private void stray(String name, List<String> problems) {
      boolean isFact =
          schema
              .flatMap(known -> known.column(name))
              .filter(column -> column.kind() == Kind.METADATA)
              .isPresent();
      problems.add(
          isFact
              ? "its column "
                  + name
                  + " holds write times or TTLs under a name that is not expected; set their names"
                  + " with writetimeNames, ttlNames and ttlReadAtName to those of the export, or"
                  + " ignore them with "
                  + Setting.IGNORE_CELL_TIMES.mark()
              : "its column " + name + " is not in the table; select columns to leave it out");
    }

    private Optional<String> typeProblem(ColumnDescription column) {
      return schema.flatMap(
          known -> known.column(column.name()).flatMap(stored -> misfit(known, stored, column)));
    }

    private static Optional<String> misfit(
        TableSchema schema, TableSchema.Column stored, ColumnDescription column) {
      return new StoredTypes(schema).fits(stored.type(), column.type())
          ? Optional.empty()
          : Optional.of(
              String.format(
                  "its type is %s in the source and %s in the table",
                  stored.type(), CqlTypes.text(column.type())));
    }
  }

  /**
   * Checks whether a column of the table can hold values of a stored type without a change of
   * meaning. Types fit if they are equal apart from {@code frozen}, or if the table's user-defined
   * type or tuple has additional fields. Integers fit integers and decimal, ascii fits text, uuid
   * fits timeuuid, and the reverse; the reader rejects values that do not fit.
   */
  static final class StoredTypes {

    private static final Set<CqlKind> INTEGERS =
        EnumSet.of(
            CqlKind.TINYINT,
            CqlKind.SMALLINT,
            CqlKind.INT,
            CqlKind.BIGINT,
            CqlKind.VARINT,
            CqlKind.COUNTER);
    private static final Set<CqlKind> TEXTS = EnumSet.of(CqlKind.ASCII, CqlKind.TEXT);
    private static final Set<CqlKind> UUIDS = EnumSet.of(CqlKind.UUID, CqlKind.TIMEUUID);

    private final TableSchema schema;

    StoredTypes(TableSchema schema) {
      this.schema = schema;
    }

    /** Returns whether a column of the given type can hold values of the stored type. */
    boolean fits(String stored, DataType type) {
      if (stored.equals(CqlTypes.text(type)) && CqlKind.of(type) == CqlKind.CUSTOM) {
        return true;
      }
      return TypeText.parse(stored).filter(parsed -> fits(parsed, type)).isPresent();
    }

    private boolean fits(TypeText stored, DataType type) {
      List<TypeText> parts = stored.parts();
      return switch (CqlKind.of(type)) {
        case LIST -> stored.is("list", 1) && fits(parts.get(0), ((ListType) type).getElementType());
        case SET -> stored.is("set", 1) && fits(parts.get(0), ((SetType) type).getElementType());
        case MAP ->
            stored.is("map", 2)
                && fits(parts.get(0), ((MapType) type).getKeyType())
                && fits(parts.get(1), ((MapType) type).getValueType());
        case VECTOR -> {
          VectorType vector = (VectorType) type;
          yield stored.is("vector", 2)
              && parts.get(1).name().equals(Integer.toString(vector.getDimensions()))
              && fits(parts.get(0), vector.getElementType());
        }
        case TUPLE -> stored.name().equals("tuple") && tupleFits(parts, CqlTypes.fieldTypes(type));
        case UDT -> userType(stored).filter(fields -> structFits(fields, type)).isPresent();
        case CUSTOM -> false;
        default -> parts.isEmpty() && scalarFits(stored.name(), CqlKind.of(type));
      };
    }

    private boolean tupleFits(List<TypeText> stored, List<DataType> types) {
      if (stored.size() > types.size()) {
        return false;
      }
      for (int i = 0; i < stored.size(); i++) {
        if (!fits(stored.get(i), types.get(i))) {
          return false;
        }
      }
      return true;
    }

    private boolean structFits(Map<String, String> stored, DataType type) {
      List<String> names = CqlTypes.fieldNames(type);
      List<DataType> types = CqlTypes.fieldTypes(type);
      return stored.entrySet().stream()
          .allMatch(
              field -> {
                int index = names.indexOf(field.getKey());
                return index >= 0 && fits(field.getValue(), types.get(index));
              });
    }

    private Optional<Map<String, String>> userType(TypeText stored) {
      if (!stored.parts().isEmpty()) {
        return Optional.empty();
      }
      String name = CqlIdentifier.fromCql(stored.name()).asInternal();
      return schema.userTypes().stream()
          .filter(type -> type.name().equals(name))
          .map(TableSchema.UserType::fields)
          .findFirst();
    }

    private static boolean scalarFits(String stored, CqlKind kind) {
      for (CqlKind each : CqlKind.values()) {
        if (each.cqlName().equals(stored)) {
          return each == kind
              || (INTEGERS.contains(each) && (INTEGERS.contains(kind) || kind == CqlKind.DECIMAL))
              || (TEXTS.contains(each) && TEXTS.contains(kind))
              || (UUIDS.contains(each) && UUIDS.contains(kind));
        }
      }
      return false;
    }
  }

  /** Verifies the checksum of each file once, before its first row is read. */
  private static final class VerifiedFiles {

    private final Map<String, FutureTask<String>> checksums = new ConcurrentHashMap<>();

    /**
     * Computes the file's checksum, or waits for a thread that computes it, and compares it.
     *
     * @throws StorageException if the checksum differs, or if the file cannot be read
     */
    void require(FilePart part) {
      String sha256 = part.sha256().orElse("");
      if (sha256.isEmpty()) {
        return;
      }
      SourceFile file = part.file();
      String actual = checksum(file);
      if (actual.equals(sha256)) {
        return;
      }
      throw new StorageException(
          file.location(),
          part.isPinned()
              ? String.format(
                  "The file %s has changed since the job began: its SHA-256 checksum is %s and was"
                      + " %s; restore the file or start a new job",
                  file.location(), actual, sha256)
              : String.format(
                  "The file %s is damaged: its SHA-256 checksum is %s, the manifest beside it says"
                      + " %s; restore the file or disable the check",
                  file.location(), actual, sha256),
          null);
    }

    /**
     * Returns the checksum of the whole file, which is computed once.
     *
     * @throws StorageException if the file cannot be read
     */
    String checksum(SourceFile file) {
      FutureTask<String> checksum =
          checksums.computeIfAbsent(
              file.location(), location -> new FutureTask<>(() -> Checksums.sha256(file)));
      checksum.run(); // does nothing if another thread has started it
      try {
        return checksum.get();
      } catch (ExecutionException e) {
        throw file.unreadable(e.getCause() instanceof IOException cause ? cause : e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw file.unreadable(e);
      }
    }
  }

  /**
   * The file or file range that a task reads; plans contain it as JSON text.
   *
   * @param sha256 the checksum that the whole file must have; empty if it is unknown or not checked
   * @param isPinned whether the checksum was computed when the job began; otherwise a manifest
   *     contains it
   */
  private record FilePart(SourceFile file, Optional<String> sha256, boolean isPinned) {

    private static final String LISTED = "sha256";
    private static final String PINNED = "sha256AtStart";

    static FilePart of(SourceFile file, @Nullable String sha256) {
      return new FilePart(file, Optional.ofNullable(sha256), false);
    }

    /** Returns this part with the checksum that its file had when the job began. */
    FilePart pinned(String checksum) {
      return new FilePart(file, Optional.of(checksum), true);
    }

    String text() {
      ObjectNode node =
          Json.object()
              .put("path", file.location())
              .put("compression", file.compression().name())
              .put("size", file.size())
              .put("start", file.start())
              .put("length", file.length());
      if (!file.version().isEmpty()) {
        node.put("version", file.version());
      }
      sha256.ifPresent(checksum -> node.put(isPinned ? PINNED : LISTED, checksum));
      return node.toString();
    }

    static FilePart parse(String text, FileStores stores) {
      JsonNode node = Json.tree(text);
      String location = node.path("path").asText();
      SourceFile file =
          SourceFile.whole(
                  stores.of(location),
                  new FileStat(
                      location, node.path("size").asLong(), node.path("version").asText("")),
                  Compression.valueOf(node.path("compression").asText()))
              .range(node.path("start").asLong(), node.path("length").asLong());
      boolean isPinned = node.has(PINNED);
      return new FilePart(
          file, Optional.ofNullable(node.path(isPinned ? PINNED : LISTED).asText(null)), isPinned);
    }
  }
}
