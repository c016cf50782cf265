package io.ringhaul.exceptions;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.monitor.OperationTotals;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Copies of exceptions with facts that are known only after the exception was created. */
class BulkOperationExceptionTest {

  private final IllegalStateException cause = new IllegalStateException("of the file");
  private final StorageException original =
      new StorageException("/data", "/data is full: free some space", cause);

  @Test
  void copiesKeepClassFieldsStackTraceCauseAndSuppressedExceptions() {
    RuntimeException suppressed = new RuntimeException("of the end");
    original.addSuppressed(suppressed);
    BulkOperationException copy = original.withNote("nothing was committed");
    assertThat(copy).isNotSameAs(original).isExactlyInstanceOf(StorageException.class);
    assertThat(((StorageException) copy).location()).isEqualTo("/data");
    assertThat(copy.getStackTrace()).isNotEmpty().isEqualTo(original.getStackTrace());
    assertThat(copy).hasCause(cause);
    assertThat(copy.getSuppressed()).containsExactly(suppressed);
  }

  @Test
  void notesAreAddedToTheMessageOfTheCopyOnly() {
    BulkOperationException copy = original.withNote("first").withNote("nothing was committed");
    assertThat(copy).hasMessage("/data is full: free some space; nothing was committed");
    assertThat(original).hasMessage("/data is full: free some space");
  }

  @Test
  void partialResultsAreSetInTheCopyOnly() {
    OperationTotals first = totals(3);
    BulkOperationException copy = original.withPartialResult(first);
    assertThat(copy.partialResult()).contains(first);
    assertThat(original.partialResult()).isEmpty();
    assertThat(copy.withPartialResult(totals(4)).partialResult()).contains(totals(4));
    assertThat(copy.partialResult()).contains(first);
  }

  @Test
  void suppressedExceptionsOfACopyWithoutEarlierOnesAreItsOwn() {
    BulkOperationException copy = original.withNote("nothing was committed");
    copy.addSuppressed(new RuntimeException("of the end"));
    assertThat(copy.getSuppressed()).hasSize(1);
    assertThat(original.getSuppressed()).isEmpty();
  }

  private static OperationTotals totals(long rows) {
    return new OperationTotals(rows, 0, 0, 0, 0, 1, 0, Duration.ZERO);
  }
}
