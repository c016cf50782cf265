package io.ringhaul.internal.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.IntUnaryOperator;
import org.apache.parquet.io.api.Binary;
import org.junit.jupiter.api.Test;

class SampledColumnTest {

  @Test
  void numbersNeedOneRepetitionInFour() {
    assertThat(numbers(512, i -> i % 384).repeats()).isTrue();
    assertThat(numbers(512, i -> i % 385).repeats()).isFalse();
  }

  @Test
  void textsNeedOneRepetitionInTwenty() {
    assertThat(texts(500, i -> i % 475).repeats()).isTrue();
    assertThat(texts(500, i -> i % 476).repeats()).isFalse();
  }

  @Test
  void fewDistinctValuesAlwaysGetDictionary() {
    assertThat(numbers(16, i -> i).repeats()).isTrue();
    assertThat(numbers(17, i -> i).repeats()).isFalse();
    assertThat(texts(16, i -> i).repeats()).isTrue();
    assertThat(texts(17, i -> i).repeats()).isFalse();
    assertThat(new SampledAppender.SampledColumn().repeats()).isTrue();
  }

  @Test
  void runsDoNotCountAsRepetition() {
    assertThat(numbers(510, i -> i / 10).repeats()).isFalse();
    assertThat(texts(510, i -> i / 10).repeats()).isFalse();
    assertThat(texts(510, i -> i / 10 % 40).repeats()).isTrue();
  }

  @Test
  void nullsDoNotCount() {
    SampledAppender.SampledColumn column = numbers(17, i -> i);
    for (int i = 0; i < 500; i++) {
      column.writeNull(0, 0);
    }
    assertThat(column.repeats()).isFalse();
  }

  @Test
  void copiesReusedBytes() {
    SampledAppender.SampledColumn column = new SampledAppender.SampledColumn();
    byte[] reused = new byte[1];
    for (int i = 0; i < 100; i++) {
      reused[0] = (byte) i;
      column.write(Binary.fromReusedByteArray(reused), 0, 1);
    }
    assertThat(column.repeats()).isFalse();
  }

  private static SampledAppender.SampledColumn numbers(int count, IntUnaryOperator value) {
    SampledAppender.SampledColumn column = new SampledAppender.SampledColumn();
    for (int i = 0; i < count; i++) {
      column.write((long) value.applyAsInt(i), 0, 1);
    }
    return column;
  }

  private static SampledAppender.SampledColumn texts(int count, IntUnaryOperator value) {
    SampledAppender.SampledColumn column = new SampledAppender.SampledColumn();
    for (int i = 0; i < count; i++) {
      column.write(Binary.fromString("value " + value.applyAsInt(i)), 0, 1);
    }
    return column;
  }
}
