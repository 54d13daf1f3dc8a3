package dev.warren.producer.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TokenBucketTest {

  private static final long START = Long.MAX_VALUE - 5; // the clock's zero is anywhere

  private final TokenBucket bucket = new TokenBucket(4, START);

  @Test
  void asManyAsASecondsWorthPassAtOnceAndTheNextIsToldHowLongToWait() {
    for (int i = 0; i < 4; i++) {
      assertThat(bucket.take(START)).isZero();
    }
    assertThat(bucket.take(START)).isEqualTo(Duration.ofMillis(250));
  }

  @Test
  void whoWaitsAsLongAsToldPasses() {
    for (int i = 0; i < 4; i++) {
      bucket.take(START);
    }
    Duration wait = bucket.take(START);

    assertThat(bucket.take(START + wait.toNanos() - 1_000_000)).isPositive();
    assertThat(bucket.take(START + wait.toNanos())).isZero();
    assertThat(bucket.take(START + wait.toNanos())).isPositive();
  }

  @Test
  void whatWasNotUsedForAnHourIsNotSaved() {
    long later = START + Duration.ofHours(1).toNanos();
    for (int i = 0; i < 4; i++) {
      assertThat(bucket.take(later)).isZero();
    }
    assertThat(bucket.take(later)).isPositive();
  }
}
