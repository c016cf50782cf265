package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.internal.operation.CountOperation;
import io.ringhaul.internal.operation.OperationSettings;
import io.ringhaul.internal.operation.RowSelection;
import io.ringhaul.internal.operation.ScanSizing;
import io.ringhaul.internal.operation.VerifyOperation;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The settings of requests that compare a table with a source. Both are read once, and a checksum
 * of the rows is kept for each of 65,536 ranges of tokens. Only ranges whose checksums differ are
 * read again, to find the rows that differ. Values are compared by their bytes in CQL; write times
 * and TTLs are not compared.
 *
 * <p>Memory is bounded: the rows of the source in such ranges are read in as many passes as the
 * heap requires. Rows that other clients write meanwhile may appear as differences.
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
  private int maxDifferences = 1_000;
  private @Nullable Path differencesFile;
  private long rowsInMemory;

  ComparisonRequest(TokenAwareBulkOperator operator, CqlIdentifier keyspace, CqlIdentifier table) {
    super(operator, keyspace, table);
  }

  final S comparingWith(ImportSource expected) {
    this.source = Objects.requireNonNull(expected);
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
   * source}; of a row that only one side has, all its values. Only the owner can read the file. No
   * file is made for tables that are equal. Default: none.
   */
  public S differencesTo(Path file) {
    this.differencesFile = Objects.requireNonNull(file);
    return self();
  }

  /** The rows of the source that a pass holds; 0 for as many as the heap has room for. */
  final S rowsInMemory(long rows) {
    this.rowsInMemory = rows;
    return self();
  }

  /** Whether rows that only the table has are no differences. */
  abstract boolean ignoresExtra();

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
    return new VerifyOperation(
        settings,
        selection,
        sizing,
        pageSize(),
        expected,
        columns,
        new VerifyOperation.Search(
            maxDifferences, Optional.ofNullable(differencesFile), ignoresExtra(), rowsInMemory));
  }

  @Override
  final ScanSizing sizing() {
    return CountOperation.SIZING;
  }
}
