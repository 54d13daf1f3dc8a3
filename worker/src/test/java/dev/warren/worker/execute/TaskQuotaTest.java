package dev.warren.worker.execute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TaskQuotaTest {

  @Test
  void onlySoManyRunAtATime() {
    TaskQuota quota = quota(2, "");

    assertThat(quota.begin()).isNull();
    assertThat(quota.begin()).isNull();
    assertThat(quota.begin()).isPositive();

    quota.end();
    assertThat(quota.begin()).isNull();
  }

  @Test
  void onlySoManyBeginInATime() {
    TaskQuota quota = quota(0, "1/h");

    assertThat(quota.begin()).isNull();
    assertThat(quota.begin()).isPositive();
  }

  @Test
  void whoeverWaitsAsksAgainBeforeItIsTakenForLost() {
    TaskQuota quota = quota(0, "1/h");
    quota.begin();

    assertThat(quota.begin()).isLessThanOrEqualTo(Duration.ofSeconds(3));
  }

  @Test
  void itsRateCanBeChangedAndItsNumberStays() {
    TaskQuota quota = quota(2, "1/h");
    quota.begin();

    quota.changeRate("");
    assertThat(quota.rate()).isNull();
    assertThat(quota.begin()).isNull();
    assertThat(quota.begin()).as("a third at a time").isPositive();

    quota.end();
    quota.changeRate("1/m");
    assertThat(quota.rate()).isEqualTo("1/m");
    assertThat(quota.begin()).isNull();
    quota.end();
    assertThat(quota.begin()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(strings = {"10", "0/s", "10/d", "-1/s", "1.5/s", "/s", "10000000/s"})
  void whatIsNoRateIsRefused(String rate) {
    assertThatThrownBy(() -> TaskQuota.of(0, rate))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(rate);
  }

  @Test
  void withoutLimitsThereIsNone() {
    assertThat(TaskQuota.of(0, "")).isNull();
  }

  private static TaskQuota quota(int mostRunning, String rate) {
    TaskQuota quota = TaskQuota.of(mostRunning, rate);
    assertThat(quota).isNotNull();
    return quota;
  }
}
