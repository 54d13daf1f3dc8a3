package dev.warren.worker.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MathTasksTest {

  private final MathTasks tasks = new MathTasks();

  @ParameterizedTest
  @CsvSource({
    "-7, 0",
    "0, 0",
    "1, 0",
    "2, 1",
    "3, 2",
    "4, 2",
    "10, 4",
    "100, 25",
    "1000, 168",
    "1000000, 78498",
    "15485863, 1000000",
    "15485862, 999999",
    "100000000, 5761455"
  })
  void countsThePrimesUpToAndIncludingTheLimit(long limit, long primes) throws Exception {
    assertThat(tasks.primeCount(limit)).isEqualTo(primes);
  }

  @Test
  void agreesWithTrialDivisionAroundTheEndOfASegment() throws Exception {
    int end = 3 + 2 * (1 << 18);
    for (int limit = end - 20; limit < end + 20; limit++) {
      long more = tasks.primeCount(limit) - tasks.primeCount(limit - 1);
      assertThat(more).as("%d", limit).isEqualTo(isPrime(limit) ? 1 : 0);
    }
  }

  @Test
  void refusesALimitAboveTheLargestAndNamesIt() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tasks.primeCount(10_000_000_001L))
        .withMessage("limit must be at most 10000000000: 10000000001");
  }

  @Test
  void stopsWhenItsThreadIsInterrupted() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> tasks.primeCount(MathTasks.LARGEST_LIMIT))
        .isInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isFalse();
  }

  private static boolean isPrime(int n) {
    return IntStream.rangeClosed(2, (int) Math.sqrt(n)).noneMatch(d -> n % d == 0);
  }
}
