package dev.warren.rabbit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.WarrenException.BrokerUnavailableException;
import dev.warren.WarrenException.QueueClosedException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TakerTest {

  private static final Duration NOW = Duration.ZERO;
  private static final Duration LONG = Duration.ofSeconds(60);

  @Test
  void aCallThatDoesNotWaitIsNotEmptyHandedBeforeTheQueueWasLookedAt() throws Exception {
    Taker<String> taker = new Taker<>(TimeLimit.in(NOW), LONG);
    CompletableFuture<Taker.Taken<String>> end = CompletableFuture.supplyAsync(() -> end(taker));

    assertThat(taker.claim()).isTrue();
    taker.give("item");

    assertThat(end.get(20, TimeUnit.SECONDS).item()).isEqualTo("item");
  }

  @Test
  void aCallThatDoesNotWaitEndsWithTheFirstLook() throws Exception {
    Taker<String> taker = new Taker<>(TimeLimit.in(NOW), LONG);

    taker.sawNothing();

    assertThat(taker.await()).isNull();
    assertThat(taker.claim()).isFalse();
  }

  @Test
  void aCallWhoseTimeIsUpIsGivenNothingAnyMore() throws Exception {
    Taker<String> taker = new Taker<>(TimeLimit.in(Duration.ofMillis(20)), LONG);
    taker.sawNothing();

    assertThat(taker.await()).isNull();

    assertThat(taker.claim()).isFalse();
  }

  @Test
  void withoutALookInTimeNobodyKnowsWhetherTheQueueIsEmpty() {
    Taker<String> taker = new Taker<>(TimeLimit.in(NOW), Duration.ofMillis(20));

    assertThatThrownBy(taker::await).isInstanceOf(BrokerUnavailableException.class);
  }

  @Test
  void aCloseDoesNotTakeAnItemFromACallThatHasGotIt() throws Exception {
    Taker<String> taker = new Taker<>(TimeLimit.NONE, LONG);
    assertThat(taker.claim()).isTrue();

    taker.fail(new QueueClosedException("q"));
    taker.give(null);

    assertThat(taker.await()).isEqualTo(new Taker.Taken<String>(null));
  }

  private static Taker.Taken<String> end(Taker<String> taker) {
    try {
      return taker.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
