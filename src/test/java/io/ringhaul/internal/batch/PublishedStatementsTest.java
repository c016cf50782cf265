package io.ringhaul.internal.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

/** Tests a publisher whose subscription opens late. */
class PublishedStatementsTest {

  @Test
  void cancelsSubscriptionThatOpensAfterEnd() {
    List<Flow.Subscriber<? super BatchableStatement<?>>> subscribers = new ArrayList<>();
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> PublishedStatements.forEach(subscribers::add, statement -> {}))
        .isInstanceOf(InterruptedException.class);
    List<String> calls = new ArrayList<>();
    subscribers
        .get(0)
        .onSubscribe(
            new Flow.Subscription() {
              @Override
              public void request(long more) {
                calls.add("request");
              }

              @Override
              public void cancel() {
                calls.add("cancel");
              }
            });
    assertThat(calls).containsExactly("cancel");
  }
}
