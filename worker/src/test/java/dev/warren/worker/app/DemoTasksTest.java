package dev.warren.worker.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.Progress;
import dev.warren.worker.TaskContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DemoTasksTest {

  private final DemoTasks tasks = new DemoTasks();

  @Test
  void sleepsForFractionsOfASecondAndReturnsHowLong() throws Exception {
    long start = System.nanoTime();
    assertThat(tasks.sleep(0.05)).isEqualTo(0.05);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(45));
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, Double.NaN, Double.POSITIVE_INFINITY, 86_401})
  void refusesToSleepForLessThanNothingOrForMoreThanADay(double seconds) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tasks.sleep(seconds))
        .withMessage("seconds must be from 0 to 86400: " + seconds);
  }

  @Test
  void wakesUpWhenItsThreadIsInterrupted() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> tasks.sleep(60)).isInstanceOf(InterruptedException.class);
  }

  @Test
  void tellsAfterEachStepHowManyAreDone() throws Exception {
    Recorder recorder = new Recorder();

    assertThat(tasks.progress(3, 0.01, recorder)).isEqualTo(3);

    assertThat(recorder.reports)
        .containsExactly(new Progress(1, 3), new Progress(2, 3), new Progress(3, 3));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 1_000_001})
  void refusesANumberOfStepsThatIsNone(int steps) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tasks.progress(steps, 1, new Recorder()))
        .withMessage("steps must be from 1 to 1000000: " + steps);
  }

  private static final class Recorder implements TaskContext {
    private final List<Progress> reports = new ArrayList<>();

    @Override
    public String id() {
      return "id";
    }

    @Override
    public int attempt() {
      return 1;
    }

    @Override
    public void progress(long current, long total) {
      reports.add(new Progress(current, total));
    }

    @Override
    public boolean isCancelled() {
      return false;
    }
  }

  @Test
  void failsWithTheMessageItIsGiven() {
    assertThatIllegalStateException()
        .isThrownBy(() -> tasks.fail(Optional.of("out of coffee")))
        .withMessage("out of coffee");
  }

  @Test
  void failsWithAMessageOfItsOwnIfItIsGivenNone() {
    assertThatIllegalStateException()
        .isThrownBy(() -> tasks.fail(Optional.empty()))
        .withMessage("this task always fails");
  }
}
