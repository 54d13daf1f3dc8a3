package dev.warren.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Address;
import com.rabbitmq.client.ConnectionFactory;
import dev.warren.WarrenSettings;
import dev.warren.rabbit.Broker;
import dev.warren.rabbit.Threads;
import dev.warren.wire.WireFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class LostAttemptsTest {

  private static final int MOST = 3;

  @AutoClose
  private final Broker broker =
      new Broker(
          new ConnectionFactory(),
          List.of(new Address("127.0.0.1", 1)),
          WarrenSettings.defaults(),
          "test");

  @AutoClose("shutdownNow")
  private final ScheduledExecutorService timer = Threads.scheduler("test");

  private final LostAttempts attempts =
      new LostAttempts(MOST, new Forwarding(broker, timer), timer);

  private final Semaphore proceeds = new Semaphore(0);

  @Test
  void whatWasNeverLostWaitsForASlotAtOnce() {
    Delivery fresh = due(0, 1);

    attempts.admit(fresh, proceeds::release);

    assertThat(proceeds.availablePermits()).isOne();
    assertThat(attempts.waits(fresh, proceeds::release)).isFalse();
  }

  @Test
  void aLastChanceThatIsAloneBeginsAfterAMoment() throws Exception {
    Delivery last = due(MOST - 1, 1);
    attempts.admit(last, proceeds::release);

    assertThat(proceeds.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
    assertThat(attempts.waits(last, proceeds::release)).isFalse();
  }

  @Test
  void aLastChanceDoesNotBeginWhileTheEndOfAnotherMayMakeRoomForOneMore() throws Exception {
    Delivery other = due(1, 1);
    Delivery last = due(MOST - 1, 2);
    attempts.admit(other, () -> {});
    attempts.admit(last, proceeds::release);
    assertThat(proceeds.tryAcquire(30, TimeUnit.SECONDS)).isTrue();

    assertThat(attempts.waits(last, proceeds::release)).isTrue();
    other.ack();
    assertThat(attempts.waits(last, proceeds::release)).as("the next may come now").isTrue();

    do {
      assertThat(proceeds.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
    } while (attempts.waits(last, proceeds::release));
  }

  private static Delivery due(int lostAttempts, long arrival) {
    return TestDeliveries.delivery(
        "q", true, null, arrival, Map.of(WireFormat.LOST_ATTEMPTS, lostAttempts));
  }
}
