package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.internal.operation.BulkOperation;
import io.ringhaul.internal.operation.CountOperation;
import io.ringhaul.internal.operation.OperationSettings;
import io.ringhaul.internal.operation.ScanSizing;
import io.ringhaul.internal.operation.VerifyOperation;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Compares a table with a source: another table, an Iceberg table or files of any format. Both are
 * read once, and a checksum of the rows is kept for each of 65,536 ranges of tokens. Only ranges
 * with other checksums are read again, to find the rows that differ. Values are compared by their
 * bytes in CQL; write times and TTLs are not compared.
 *
 * <p>Memory is bounded: the rows of the source in such ranges are read in as many passes as the
 * heap requires. Rows that other clients write meanwhile may appear as differences.
 *
 * <p>Token ranges and a partitioning select what is compared, of both. A condition selects rows of
 * the table only: use it with a source that has just such rows, such as an export with the same
 * condition, or {@link io.ringhaul.table.TableSource#where}.
 */
public final class VerifyRequest extends ScanRequest<VerifyRequest, VerifyResult> {

  private static final int MOST_DIFFERENCES = 1_000_000;

  private @Nullable ImportSource source;
  private List<CqlIdentifier> columns = List.of();
  private int maxDifferences = 1_000;
  private @Nullable Path differencesFile;
  private long rowsInMemory;

  VerifyRequest(TokenAwareBulkOperator operator, CqlIdentifier keyspace, CqlIdentifier table) {
    super(operator, keyspace, table);
  }

  /**
   * What the table should be equal to: any source of an import, such as {@code
   * IcebergSource.warehouse(folder)} or {@code TableSource.of(session, "store", "orders")}.
   * Required.
   */
  public VerifyRequest against(ImportSource expected) {
    this.source = Objects.requireNonNull(expected);
    return this;
  }

  /**
   * The columns to compare, in CQL form; they must include the primary key. Default: all columns
   * that both the table and the source have.
   */
  public VerifyRequest columns(String... names) {
    this.columns = TokenAwareBulkOperator.identifiers(List.of(names));
    return this;
  }

  /** {@link #columns(String...)} with identifiers instead of names in CQL form. */
  public VerifyRequest columns(CqlIdentifier... names) {
    this.columns = List.of(names);
    return this;
  }

  /**
   * The number of differences that the result names, 1 to 1,000,000. When there are more, no
   * further pass begins, unless a file receives them all. Default: 1,000.
   *
   * @throws InvalidSettingException if it is out of bounds
   */
  public VerifyRequest maxDifferences(int rows) {
    OperationSettings.requireBetween("maxDifferences", rows, 1, MOST_DIFFERENCES);
    this.maxDifferences = rows;
    return this;
  }

  /**
   * The new file for all differences, one JSON object per line: its {@code kind}, the {@code key},
   * and the values that differ as CQL literals, those of the {@code table} and those of the {@code
   * source}; of a row that only one side has, all its values. Only the owner can read the file. No
   * file is made for tables that are equal. Default: none.
   */
  public VerifyRequest differencesTo(Path file) {
    this.differencesFile = file;
    return this;
  }

  /** The rows of the source that a pass holds; 0 for as many as the heap has room for. */
  VerifyRequest rowsInMemory(long rows) {
    this.rowsInMemory = rows;
    return this;
  }

  @Override
  BulkOperation<VerifyResult> operation() {
    ImportSource expected = source;
    if (expected == null) {
      throw new InvalidSettingException(
          "against",
          "A comparison needs a source: call against(...), for instance with IcebergSource");
    }
    List<CqlIdentifier> names = columns;
    int rowsToPage = pageSize();
    int most = maxDifferences;
    Optional<Path> file = Optional.ofNullable(differencesFile);
    long held = rowsInMemory;
    return operation(
        sizing(),
        (settings, selection, sizing) ->
            new VerifyOperation(
                settings, selection, sizing, rowsToPage, expected, names, most, file, held));
  }

  @Override
  ScanSizing sizing() {
    return CountOperation.SIZING;
  }

  @Override
  VerifyRequest self() {
    return this;
  }
}
