package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.internal.mapping.MappedSource;
import io.ringhaul.internal.mapping.Mapping;
import io.ringhaul.internal.operation.CountOperation;
import io.ringhaul.internal.operation.OperationSettings;
import io.ringhaul.internal.operation.RowSelection;
import io.ringhaul.internal.operation.ScanSizing;
import io.ringhaul.internal.operation.VerifyOperation;
import io.ringhaul.internal.write.WrittenWindow;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settings of requests that compare a table with a source. Both are read once, and a checksum
 * of the rows is kept for each of 65,536 ranges of tokens. Only ranges whose checksums differ are
 * read again, to find the rows that differ. Values are compared by their bytes in CQL, but for what
 * {@link #tolerating} leaves out; write times and TTLs are compared with {@link
 * #compareCellTimes()} only.
 *
 * <p>Memory is bounded: the rows of the source in such ranges are read in as many passes as the
 * heap requires. Rows that other clients write meanwhile may appear as differences, unless {@link
 * #writtenBefore(Instant)} leaves them aside.
 *
 * <p>Token ranges and a partitioning select what is compared, of both. A condition selects rows of
 * the table only: use it with a source that has just such rows, such as an export with the same
 * condition, or {@link io.ringhaul.table.TableSource#where}.
 *
 * @param <S> the request's own type
 * @param <R> the type of its result
 */
public abstract sealed class ComparisonRequest<S extends ComparisonRequest<S, R>, R>
    extends ScanRequest<S, R> permits VerifyRequest, RepairRequest {

  private static final int MOST_DIFFERENCES = 1_000_000;

  private @Nullable ImportSource source;
  private List<CqlIdentifier> columns = List.of();
  private @Nullable Mapping mapping;
  private int maxDifferences = 1_000;
  private @Nullable Path differencesFile;
  private VerifyOperation.Rules rules =
      new VerifyOperation.Rules(false, OptionalLong.empty(), Set.of());
  private long rowsInMemory;

  ComparisonRequest(TokenAwareBulkOperator operator, CqlIdentifier keyspace, CqlIdentifier table) {
    super(operator, keyspace, table);
  }

  final S comparingWith(ImportSource expected) {
    if (expected.isStream()) {
      throw new InvalidSettingException(
          "from", "A comparison reads its source more than once, which a stream does not allow");
    }
    this.source = expected;
    return self();
  }

  /**
   * The columns to compare, in CQL form; they must include the primary key. Default: all columns
   * that both the table and the source have.
   */
  public S columns(String... names) {
    this.columns = TokenAwareBulkOperator.identifiers(List.of(names));
    return self();
  }

  /** {@link #columns(String...)} with identifiers instead of names in CQL form. */
  public S columns(CqlIdentifier... names) {
    this.columns = List.of(names);
    return self();
  }

  /**
   * Which fields of the source belong to which columns, as in {@link WriteRequest#mapping}. Values
   * that are computed anew, such as {@code uuid()}, and the TTLs and write times of whole rows are
   * not compared. Default: fields have the names of their columns.
   *
   * @throws InvalidSettingException if the text is no mapping
   */
  public S mapping(String entries) {
    this.mapping = Mapping.parse(entries);
    return self();
  }

  /**
   * The number of differences that the result names, 1 to 1,000,000. When there are more, no
   * further pass begins, unless a file receives them all or a repair is applied. Default: 1,000.
   *
   * @throws InvalidSettingException if it is out of bounds
   */
  public S maxDifferences(int rows) {
    OperationSettings.requireBetween("maxDifferences", rows, 1, MOST_DIFFERENCES);
    this.maxDifferences = rows;
    return self();
  }

  /**
   * The new file for all differences, one JSON object per line: its {@code kind}, the {@code key},
   * and the values that differ as CQL literals, those of the {@code table} and those of the {@code
   * source}; of a row that only one side has, all its values. With {@link #compareCellTimes()} it
   * has the {@code cells} that differ, each with its {@code writetime} and {@code expiry} on both
   * sides. Only the owner can read the file. No file is made for tables that are equal. Default:
   * none.
   */
  public S differencesTo(Path file) {
    this.differencesFile = Objects.requireNonNull(file);
    return self();
  }

  /**
   * Compares write times and TTLs too, of collections and user-defined types that are not frozen
   * cell by cell. The source is a table of Cassandra 5.0 or, without such columns, of any version;
   * or it is an export {@linkplain ExportRequest#withWritetime with write times}, {@linkplain
   * ExportRequest#withTtl TTLs} or both, with the usual names of their columns. Only the times that
   * the source has are compared. A TTL stands for the moment at which the cell expires; moments
   * that are up to 2 seconds apart are equal. A cell that has expired is as one without a value.
   * Default: times are not compared.
   *
   * @throws InvalidSettingException when the request is run, if the source has no times
   */
  public S compareCellTimes() {
    this.rules = new VerifyOperation.Rules(true, rules.writtenBefore(), rules.tolerances());
    return self();
  }

  /**
   * Leaves rows aside that have a cell written at this time or later, in the table or in the
   * source: for a table that clients write meanwhile. Only ranges of tokens that differ are read
   * with write times. {@link VerifyResult#newer()} counts the rows that differ and are left aside.
   *
   * <p>A difference that is named has cells on both sides that are older than this time only. A
   * deletion has no write time in CQL, though: a row or a value that a client deleted since may be
   * named. So may rows that clients write since with an older time, and rows of which only the key
   * was written. A row that a client wrote over since is not compared, because its older values are
   * no longer there. If files have no write times, those of the table decide.
   *
   * <p>Default: every row is compared.
   *
   * @throws InvalidSettingException when the request is run, if the source is a table that is read
   *     without its times
   */
  public S writtenBefore(Instant moment) {
    this.rules =
        new VerifyOperation.Rules(
            rules.cellTimes(),
            OptionalLong.of(WrittenWindow.ceilingMicros("writtenBefore", moment)),
            rules.tolerances());
    return self();
  }

  /**
   * The differences of values that do not count, for files of programs that do not keep them, at
   * any depth of a value. Keys are compared as they are, but for the scale of decimals in
   * clustering columns, which does not make another row. A difference is named with the values that
   * were compared, such as 1 for 1.00. Default: none; values are compared by their bytes.
   */
  public S tolerating(Tolerance... differences) {
    this.rules =
        new VerifyOperation.Rules(
            rules.cellTimes(), rules.writtenBefore(), Set.copyOf(List.of(differences)));
    return self();
  }

  /** The rows of the source that a pass holds; 0 for as many as the heap has room for. */
  final S rowsInMemory(long rows) {
    this.rowsInMemory = rows;
    return self();
  }

  /** Whether rows that only the table has are no differences. */
  abstract boolean ignoresExtra();

  /** Whether write times and TTLs are compared. */
  final boolean comparesCellTimes() {
    return rules.cellTimes();
  }

  final Optional<Mapping> mapping() {
    return Optional.ofNullable(mapping);
  }

  final List<CqlIdentifier> columns() {
    return columns;
  }

  /**
   * The comparison.
   *
   * @param setting the method that sets the source
   */
  final VerifyOperation comparison(
      String setting, OperationSettings settings, RowSelection selection, ScanSizing sizing) {
    ImportSource expected = source;
    if (expected == null) {
      throw new InvalidSettingException(
          setting,
          String.format(
              "The comparison needs a source: call %s(...), for instance with IcebergSource",
              setting));
    }
    if (mapping != null) {
      mapping.requireNo(columns);
    }
    return new VerifyOperation(
        settings,
        selection,
        sizing,
        pageSize(),
        mapping == null ? expected : MappedSource.compared(expected, mapping),
        columns,
        rules,
        new VerifyOperation.Search(
            maxDifferences, Optional.ofNullable(differencesFile), ignoresExtra(), rowsInMemory));
  }

  @Override
  final ScanSizing sizing() {
    return CountOperation.SIZING;
  }
}
