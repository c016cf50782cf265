package io.ringhaul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.internal.operation.PageSink;
import io.ringhaul.internal.operation.RowPublisher;
import io.ringhaul.internal.scan.Page;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rows go from the threads of a read to a subscriber or an iterator, and these threads end. */
@Timeout(60)
class RowDeliveryTest {

  private static final int ROWS_TO_A_PAGE = 100;

  /** A read of the given pages, or of endless pages, by one thread that an interrupt ends. */
  private static final class Pages {

    final CompletableFuture<Object> end = new CompletableFuture<>();
    final AtomicInteger accepted = new AtomicInteger();
    private @Nullable Thread thread;

    CompletableFuture<?> start(PageSink sink, Page... pages) {
      Thread reader = new Thread(() -> read(sink, pages));
      thread = reader;
      end.whenComplete((done, failed) -> reader.interrupt());
      reader.start();
      return end;
    }

    private void read(PageSink sink, Page... pages) {
      try {
        for (int i = 0; pages.length == 0 || i < pages.length; i++) {
          sink.accept(pages.length == 0 ? page() : pages[i]);
          accepted.incrementAndGet();
        }
        end.complete("done");
      } catch (Throwable e) {
        end.completeExceptionally(e);
      }
    }

    void awaitWaiting() throws InterruptedException {
      Thread reader = thread();
      while (reader.getState() != Thread.State.WAITING) {
        TimeUnit.MILLISECONDS.sleep(1);
      }
    }

    void awaitEnd() throws InterruptedException {
      thread().join();
    }

    private Thread thread() {
      return Objects.requireNonNull(thread);
    }
  }

  private static Row row() {
    return (Row)
        Proxy.newProxyInstance(
            RowDeliveryTest.class.getClassLoader(),
            new Class<?>[] {Row.class},
            RowDeliveryTest::answer);
  }

  private static @Nullable Object answer(
      Object proxy, Method method, Object @Nullable [] arguments) {
    return switch (method.getName()) {
      case "equals" -> arguments != null && proxy == arguments[0];
      case "hashCode" -> System.identityHashCode(proxy);
      default -> null;
    };
  }

  private static Page page() {
    List<Row> rows = IntStream.range(0, ROWS_TO_A_PAGE).mapToObj(i -> row()).toList();
    return new Page(rows, rows.size(), 1);
  }

  /** Records the signals that it receives. Tests override the methods for other behaviour. */
  private static class RecordingSubscriber implements Flow.Subscriber<Row> {

    final List<String> signals = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void onSubscribe(Flow.Subscription opened) {
      // The tests request rows themselves.
    }

    @Override
    public void onNext(Row row) {
      signals.add("row");
    }

    @Override
    public void onError(Throwable thrown) {
      signals.add(String.valueOf(thrown.getMessage()));
    }

    @Override
    public void onComplete() {
      signals.add("complete");
    }
  }

  @Test
  void sendsNoSignalDuringOnSubscribe() throws Exception {
    Pages pages = new Pages();
    List<String> meanwhile = new ArrayList<>();
    RecordingSubscriber subscriber =
        new RecordingSubscriber() {
          @Override
          public void onSubscribe(Flow.Subscription opened) {
            opened.request(2);
            try {
              pages.awaitWaiting();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
            meanwhile.addAll(signals);
            opened.request(Long.MAX_VALUE);
          }
        };
    new RowPublisher.RowSubscription(subscriber, sink -> pages.start(sink, page())).open();
    pages.awaitEnd();
    assertThat(meanwhile).isEmpty();
    assertThat(subscriber.signals).hasSize(ROWS_TO_A_PAGE + 1).endsWith("row", "complete");
  }

  @Test
  void endsTheReadIfOnSubscribeThrows() throws Exception {
    Pages pages = new Pages();
    IllegalStateException thrown = new IllegalStateException("no");
    RecordingSubscriber subscriber =
        new RecordingSubscriber() {
          @Override
          public void onSubscribe(Flow.Subscription opened) {
            opened.request(2);
            throw thrown;
          }
        };
    assertThatThrownBy(() -> new RowPublisher.RowSubscription(subscriber, pages::start).open())
        .isSameAs(thrown);
    pages.awaitEnd();
    assertThat(subscriber.signals).isEmpty();
  }

  @Test
  void endsTheReadIfOnNextThrows() throws Exception {
    Pages pages = new Pages();
    Error thrown = new StackOverflowError("deep");
    RecordingSubscriber subscriber =
        new RecordingSubscriber() {
          @Override
          public void onNext(Row row) {
            super.onNext(row);
            throw thrown;
          }
        };
    RowPublisher.RowSubscription subscription =
        new RowPublisher.RowSubscription(subscriber, pages::start);
    subscription.open();
    subscription.request(5);
    pages.awaitEnd();
    subscription.request(5);
    assertThat(subscriber.signals).containsExactly("row");
  }

  @Test
  void sendsOnErrorIfARowCannotBeRead() throws Exception {
    Pages pages = new Pages();
    RecordingSubscriber subscriber = new RecordingSubscriber();
    Page page =
        new Page(
            () ->
                IntStream.range(0, 2)
                    .mapToObj(
                        i -> {
                          if (i == 1) {
                            throw new IllegalStateException("broken");
                          }
                          return row();
                        })
                    .iterator(),
            2,
            1);
    RowPublisher.RowSubscription subscription =
        new RowPublisher.RowSubscription(subscriber, sink -> pages.start(sink, page));
    subscription.open();
    subscription.request(5);
    pages.awaitEnd();
    assertThat(subscriber.signals).containsExactly("row", "broken");
  }

  @Test
  void limitsThePagesInAnIterator() throws Exception {
    Pages pages = new Pages();
    try (RowIterator rows = RowIterator.over(pages::start)) {
      assertThat(rows.hasNext()).isTrue();
      pages.awaitWaiting();
      assertThat(pages.accepted.get()).isLessThan(8);
    }
    pages.awaitEnd();
  }

  @Test
  void closingAnIteratorEndsItsRowsAndThread() throws Exception {
    Pages pages = new Pages();
    RowIterator rows = RowIterator.over(pages::start);
    assertThat(rows.next()).isNotNull();
    rows.close();
    assertThatThrownBy(rows::hasNext)
        .isInstanceOf(BulkOperationException.class)
        .hasMessage("The rows were closed");
    assertThatThrownBy(rows::next).hasMessage("The rows were closed");
    pages.awaitEnd();
  }

  @Test
  void closingAnIteratorWakesAWaitingReader() throws Exception {
    RowIterator rows = RowIterator.over(sink -> new CompletableFuture<>());
    Thread waiting = Thread.currentThread();
    CompletableFuture<Void> closing =
        CompletableFuture.runAsync(
            () -> {
              while (waiting.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
              }
              rows.close();
            });
    assertThatThrownBy(rows::hasNext).hasMessage("The rows were closed");
    closing.get();
  }

  @Test
  void passesAnErrorOfTheReadToTheIterator() {
    Error thrown = new StackOverflowError("deep");
    try (RowIterator rows = RowIterator.over(sink -> CompletableFuture.failedFuture(thrown))) {
      assertThatThrownBy(rows::hasNext)
          .isInstanceOf(BulkOperationException.class)
          .hasMessage("Reading failed: deep")
          .hasCause(thrown);
    }
  }

  @Test
  void iteratesOverAllRows() {
    Pages pages = new Pages();
    try (RowIterator rows = RowIterator.over(sink -> pages.start(sink, page(), page(), page()))) {
      assertThat(rows.stream().distinct().count()).isEqualTo(3 * ROWS_TO_A_PAGE);
      assertThat(rows.hasNext()).isFalse();
    }
  }
}
