package io.ringhaul.internal.operation;

import io.ringhaul.internal.metrics.WorkerClock;
import io.ringhaul.monitor.Stage;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Tells the reading of rows from the binding of them apart, for one worker. They alternate too fast
 * to be timed row by row, so that a chunk of rows is timed as a whole, one row of it in its parts,
 * and the chunk divided as these rows were so far.
 */
final class RowStages implements AutoCloseable {

  private static final int CHUNK = 64;
  private static final int NONE = -1;

  private final WorkerClock clock = WorkerClock.current();
  private long readNanos;
  private long boundNanos;

  /** The row of the chunk that is timed; any, as what comes regularly must not always be it. */
  private int timed = ThreadLocalRandom.current().nextInt(CHUNK);

  private int row;
  private int rowsRead;
  private long mark = NONE;

  RowStages() {
    clock.begin(Stage.DECODE);
  }

  /** A row is about to be read; the one before is done with. */
  void next() {
    if (mark != NONE) {
      boundNanos += clock.ownNanos() - mark;
      mark = NONE;
    }
    if (row == CHUNK) {
      endChunk();
      row = 0;
      timed = ThreadLocalRandom.current().nextInt(CHUNK);
      clock.begin(Stage.DECODE);
    }
    if (row == timed) {
      mark = clock.ownNanos();
    }
    row++;
  }

  /** The row was read; it is bound and sent next, or rejected. */
  void read() {
    rowsRead++;
    if (mark != NONE) {
      long now = clock.ownNanos();
      readNanos += now - mark;
      mark = now;
    }
  }

  private void endChunk() {
    long all = readNanos + boundNanos;
    clock.end(Stage.ENCODE, all == 0 ? 0 : (double) boundNanos / all);
    clock.handled(rowsRead);
    rowsRead = 0;
  }

  @Override
  public void close() {
    endChunk();
  }
}
