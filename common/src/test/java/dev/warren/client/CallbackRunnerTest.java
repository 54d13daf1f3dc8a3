package dev.warren.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class CallbackRunnerTest {

  private static final long DEADLINE_SECONDS = 20;

  @Test
  void aHandleCompletesAfterItsCallback() throws Exception {
    try (CallbackRunner runner = new CallbackRunner(Duration.ofSeconds(DEADLINE_SECONDS))) {
      List<String> order = new ArrayList<>();
      CompletableFuture<Void> completed = new CompletableFuture<>();

      runner.run(
          () -> order.add("callback"),
          () -> {
            order.add("complete");
            completed.complete(null);
          });

      completed.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
      assertThat(order).containsExactly("callback", "complete");
    }
  }

  @Test
  void aCallbackThatThrowsHoldsNothingBack() throws Exception {
    try (CallbackRunner runner = new CallbackRunner(Duration.ofSeconds(DEADLINE_SECONDS))) {
      CompletableFuture<Void> first = new CompletableFuture<>();
      CompletableFuture<Void> second = new CompletableFuture<>();

      runner.run(
          () -> {
            throw new AssertionError("thrown by a callback");
          },
          () -> first.complete(null));
      runner.run(() -> {}, () -> second.complete(null));

      first.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
      second.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }
  }

  @Test
  void aCallbackThatDoesNotReturnHoldsNothingBackForLongerThanTheLimit() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    try (CallbackRunner runner = new CallbackRunner(Duration.ofMillis(50))) {
      CompletableFuture<Void> stuck = new CompletableFuture<>();
      CompletableFuture<Void> behind = new CompletableFuture<>();
      List<String> called = new ArrayList<>();

      runner.run(() -> awaitForEver(never), () -> stuck.complete(null));
      runner.run(() -> called.add("behind"), () -> behind.complete(null));

      stuck.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
      behind.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
      assertThat(called).isEmpty();
    } finally {
      never.countDown();
    }
  }

  @Test
  void callbacksThatWaitLongForTheirTurnAreCalledAllTheSame() throws Exception {
    try (CallbackRunner runner = new CallbackRunner(Duration.ofSeconds(1))) {
      CompletableFuture<Void> last = new CompletableFuture<>();
      List<Integer> called = new CopyOnWriteArrayList<>();

      for (int i = 0; i < 6; i++) {
        int number = i;
        runner.run(
            () -> {
              LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(250));
              called.add(number);
            },
            () -> {
              if (number == 5) {
                last.complete(null);
              }
            });
      }

      last.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
      assertThat(called).containsExactly(0, 1, 2, 3, 4, 5);
    }
  }

  @Test
  void callbacksAreCalledAgainOnceOneThatWasStuckReturns() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    try (CallbackRunner runner = new CallbackRunner(Duration.ofMillis(50))) {
      CompletableFuture<Void> stuck = new CompletableFuture<>();
      CompletableFuture<Void> returned = new CompletableFuture<>();
      runner.run(
          () -> awaitForEver(go),
          () -> {
            if (!stuck.complete(null)) {
              returned.complete(null);
            }
          });
      stuck.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
      go.countDown();
      returned.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
      CompletableFuture<String> called = new CompletableFuture<>();

      runner.run(() -> called.complete("called"), () -> called.complete("dropped"));

      assertThat(called.get(DEADLINE_SECONDS, TimeUnit.SECONDS)).isEqualTo("called");
    }
  }

  @Test
  void aHandleThatEndsAfterCloseCompletesWithoutItsCallback() {
    CallbackRunner runner = new CallbackRunner(Duration.ofSeconds(DEADLINE_SECONDS));
    runner.close();
    CompletableFuture<Void> completed = new CompletableFuture<>();

    runner.run(() -> {}, () -> completed.complete(null));

    assertThat(completed).isCompleted();
  }

  private static void awaitForEver(CountDownLatch never) {
    try {
      never.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
