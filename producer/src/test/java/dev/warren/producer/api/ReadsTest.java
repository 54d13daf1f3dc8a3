package dev.warren.producer.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.producer.ProducerProperties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ReadsTest {

  private final Reads reads =
      new Reads(new ProducerProperties(null, null, null, null, 1, null, null, null));
  private final ExecutorService others = Executors.newCachedThreadPool();
  private final CountDownLatch reading = new CountDownLatch(1);
  private final CountDownLatch enough = new CountDownLatch(1);

  @AfterEach
  void end() {
    others.shutdownNow();
  }

  @Test
  void whoseTurnDoesNotComeIsSentAway() throws Exception {
    Future<Integer> first = others.submit(this::slowly);
    reading.await();

    assertThatThrownBy(() -> reads.call(() -> 2))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("warren.producer.max-reads");

    enough.countDown();
    assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo(1);
    assertThat(reads.call(() -> 2)).isEqualTo(2);
  }

  @Test
  void aReadThatFailsGivesItsTurnBack() {
    assertThatThrownBy(
            () ->
                reads.call(
                    () -> {
                      throw new IllegalStateException("planned");
                    }))
        .isInstanceOf(IllegalStateException.class);

    assertThat(reads.call(() -> 2)).isEqualTo(2);
  }

  private int slowly() {
    return reads.call(
        () -> {
          reading.countDown();
          try {
            enough.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return 1;
        });
  }
}
