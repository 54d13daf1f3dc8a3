package dev.warren.worker.execute;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.Progress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ProgressReportsTest {

  private static final Duration PAUSE = ProgressReports.PAUSE;

  private final List<Progress> sent = new ArrayList<>();
  private long now = 1_000_000;
  private @Nullable Runnable alarm;
  private long alarmAt;

  private final ProgressReports reports =
      new ProgressReports(
          sent::add,
          () -> now,
          (pause, action) -> {
            assertThat(alarm).as("one alarm at a time").isNull();
            alarm = action;
            alarmAt = now + pause.toNanos();
          });

  @Test
  void aTaskThatEndsSoonSendsNone() {
    tell(1);
    tell(2);
    reports.close();

    pass(PAUSE);

    assertThat(sent).isEmpty();
  }

  @Test
  void ofManyReportsTheLatestIsSentWhenThePauseIsOver() {
    tell(1);
    tell(2);
    tell(3);

    pass(PAUSE);

    assertThat(sent).containsExactly(new Progress(3, 100));
  }

  @Test
  void aReportAfterALongSilenceIsSentAtOnce() {
    pass(Duration.ofSeconds(1));

    tell(7);

    assertThat(sent).containsExactly(new Progress(7, 100));
  }

  @Test
  void atMostTenASecondAreSent() {
    for (int i = 0; i < 10_000; i++) {
      tell(i);
      pass(Duration.ofMillis(1));
    }

    assertThat(sent).hasSizeBetween(90, 100);
    assertThat(sent.get(sent.size() - 1).current()).isGreaterThan(9_850);
  }

  @Test
  void nothingIsSentAfterTheEnd() {
    pass(PAUSE);
    reports.close();

    tell(1);

    assertThat(sent).isEmpty();
    assertThat(alarm).isNull();
  }

  @Test
  void aReportThatCannotBeSentDoesNoHarm() {
    ProgressReports broken =
        new ProgressReports(
            progress -> {
              throw new IllegalStateException("no broker");
            },
            () -> now,
            (pause, action) -> {
              throw new IllegalStateException("no timer");
            });

    broken.accept(new Progress(1, 2));
    now += PAUSE.toNanos();
    broken.accept(new Progress(2, 2));
  }

  private void tell(long current) {
    reports.accept(new Progress(current, 100));
  }

  private void pass(Duration time) {
    now += time.toNanos();
    Runnable due = alarm;
    if (due != null && now >= alarmAt) {
      alarm = null;
      due.run();
    }
  }
}
