package dev.warren.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class CallLoadTest {

  private static final Duration PATIENCE = Duration.ofMillis(50);

  @Test
  void callsWithoutAnAnswerAreTold() throws Exception {
    RemoteClient.Round round =
        new CallLoad(answering(40), PATIENCE).round("queue", 10, Duration.ofMinutes(1));

    assertThat(round.tasks()).isEqualTo(40);
    assertThat(round.unanswered()).isEqualTo(10);
    assertThat(round.line()).startsWith("result 40 ").endsWith(" 10");
  }

  @Test
  void aRoundWithoutAnyAnswerFails() {
    CallLoad load = new CallLoad(answering(0), PATIENCE);

    assertThatIllegalStateException()
        .isThrownBy(() -> load.round("queue", 10, Duration.ofMinutes(1)))
        .withMessage("none of 10 calls had an answer");
  }

  @Test
  void aRoundWithATaskThatFailsFails() {
    Caller failing = caller(done -> done.end(new IllegalArgumentException("as asked")));

    assertThatIllegalStateException()
        .isThrownBy(() -> new CallLoad(failing, PATIENCE).round("queue", 10, Duration.ofMinutes(1)))
        .withMessage("a task failed");
  }

  /** The first calls have an answer, the others none. */
  private static Caller answering(int calls) {
    int[] left = {calls};
    return caller(
        done -> {
          if (left[0]-- > 0) {
            done.end(null);
          }
        });
  }

  private static Caller caller(Consumer<Caller.Done> behaviour) {
    return new Caller() {
      @Override
      public void call(String queue, Done done) {
        behaviour.accept(done);
      }

      @Override
      public void close() {}
    };
  }
}
