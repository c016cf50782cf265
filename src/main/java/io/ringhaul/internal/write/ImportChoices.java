package io.ringhaul.internal.write;

import java.util.Optional;

/**
 * How an import writes rows.
 *
 * @param addToCounters whether the counter table may have rows
 * @param times how write times and TTLs of the source are restored
 * @param deletion present if rows are deleted
 * @param query the statement that writes each record; empty for an INSERT of its columns
 * @param isDryRun whether rows are read and bound, and nothing is sent
 * @param maxRecords the number of records after which reading ends; 0 for all
 */
public record ImportChoices(
    NullHandling nullHandling,
    boolean addToCounters,
    RestoredTimes times,
    Optional<Deletion> deletion,
    Optional<String> query,
    boolean isDryRun,
    long maxRecords) {

  /** Nulls stay UNSET, counter tables must be empty, and times of cells are restored. */
  public static final ImportChoices DEFAULT =
      new ImportChoices(
          NullHandling.UNSET,
          false,
          RestoredTimes.DEFAULT,
          Optional.empty(),
          Optional.empty(),
          false,
          0);

  public ImportChoices withNulls(NullHandling value) {
    return new ImportChoices(value, addToCounters, times, deletion, query, isDryRun, maxRecords);
  }

  public ImportChoices withAddToCounters() {
    return new ImportChoices(nullHandling, true, times, deletion, query, isDryRun, maxRecords);
  }

  public ImportChoices withTimes(RestoredTimes value) {
    return new ImportChoices(
        nullHandling, addToCounters, value, deletion, query, isDryRun, maxRecords);
  }

  /** Rows are deleted; times of the source play no part. */
  public ImportChoices deleting(Deletion value) {
    return new ImportChoices(
        nullHandling,
        addToCounters,
        times.leftAside(),
        Optional.of(value),
        query,
        isDryRun,
        maxRecords);
  }

  /** Records are written by a statement of the user. */
  public ImportChoices withQuery(String cql) {
    return new ImportChoices(
        nullHandling,
        addToCounters,
        times.leftAside(),
        deletion,
        Optional.of(cql),
        isDryRun,
        maxRecords);
  }

  public ImportChoices dryRun() {
    return new ImportChoices(nullHandling, addToCounters, times, deletion, query, true, maxRecords);
  }

  public ImportChoices withMaxRecords(long value) {
    return new ImportChoices(nullHandling, addToCounters, times, deletion, query, isDryRun, value);
  }
}
