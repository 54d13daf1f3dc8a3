package dev.warren.producer.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.producer.store.Claim;
import dev.warren.producer.store.Moments;
import dev.warren.producer.store.NewRow;
import dev.warren.producer.store.StoreFixture;
import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskId;
import dev.warren.producer.store.TaskOptions;
import dev.warren.producer.store.TaskStore;
import dev.warren.rabbit.PublishOutcome;
import dev.warren.wire.WireFormat;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TaskPublisherTest {

  private static final int LIMIT = 20;

  private final TaskStore store = StoreFixture.memory();
  private final Clock clock = Clock.systemUTC();
  private final WireFormat wire = new WireFormat(1000);
  private final CompletableFuture<PublishOutcome> confirm = new CompletableFuture<>();
  private final CountDownLatch renewed = new CountDownLatch(1);
  private final CountDownLatch renewalMayEnd = new CountDownLatch(1);
  private final TaskPublisher publisher =
      new TaskPublisher(
          (queue, message) -> confirm, wire, () -> "results", slowToRenew(store), clock);

  @AfterEach
  void stop() {
    publisher.close();
  }

  @Test
  void aConfirmThatComesWhileItsLeaseIsRenewedCounts() throws Exception {
    Claim claim = claimEndingSoon();
    CompletableFuture<TaskPublisher.Answer> answer =
        publisher.publish(claim.lease(), "tasks", publisher.message(claim));
    publisher.start();
    assertThat(renewed.await(LIMIT, TimeUnit.SECONDS)).isTrue();

    confirm.complete(PublishOutcome.ACCEPTED);
    renewalMayEnd.countDown();
    store.sent(List.of(answer.get(LIMIT, TimeUnit.SECONDS).lease()), clock.instant());

    Instant later = clock.instant().plus(Duration.ofMinutes(1));
    assertThat(store.claimDue(later, later.plusSeconds(4), LIMIT, Set.of())).isEmpty();
  }

  private Claim claimEndingSoon() {
    Instant now = Moments.micros(clock.instant());
    StoredTask task =
        StoredTask.submitted(
            TaskId.next(now.toEpochMilli()), "demo.sleep", "tasks", TaskOptions.NONE, now, null);
    Instant soon = now.plusSeconds(1);
    store.add(List.of(new NewRow(task, "[1]", "{}", soon, false, null)));
    return new Claim(task, "[1]", "{}", soon);
  }

  /** The store, whose renewals are written down and then take until {@link #renewalMayEnd}. */
  private TaskStore slowToRenew(TaskStore real) {
    return (TaskStore)
        Proxy.newProxyInstance(
            TaskStore.class.getClassLoader(),
            new Class<?>[] {TaskStore.class},
            (proxy, method, arguments) -> {
              Object result = method.invoke(real, arguments);
              if (method.getName().equals("renew")) {
                renewed.countDown();
                assertThat(renewalMayEnd.await(LIMIT, TimeUnit.SECONDS)).isTrue();
              }
              return result;
            });
  }
}
