package dev.warren.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DeliveryTest {

  @Test
  void whatWasPutOffGoesFirstThenTheHigherPriorityThenWhatCameFirst() {
    Delivery plain = delivery(false, null, 1);
    Delivery zero = delivery(false, 0, 2);
    Delivery high = delivery(false, 9, 3);
    Delivery due = delivery(true, null, 4);
    Delivery dueAndHigh = delivery(true, 9, 5);
    PriorityBlockingQueue<Delivery> waiting = new PriorityBlockingQueue<>();
    Stream.of(zero, due, high, plain, dueAndHigh).forEach(waiting::add);

    assertThat(Stream.generate(waiting::poll).limit(5))
        .containsExactly(dueAndHigh, due, high, plain, zero);
  }

  @Test
  void itIsPatientTwiceAsLongEachTimeItWasOfferedUpToEightSeconds() {
    assertThat(IntStream.of(0, 1, 2, 4, 5, 1_000).mapToObj(n -> offered(n).patience().toMillis()))
        .containsExactly(500L, 1_000L, 2_000L, 8_000L, 8_000L, 8_000L);
  }

  private static Delivery offered(int times) {
    return TestDeliveries.delivery("q", false, null, 1, Map.of(Delivery.OFFERS, times));
  }

  private static Delivery delivery(boolean due, @Nullable Integer priority, long arrival) {
    return TestDeliveries.delivery("q", due, priority, arrival, Map.of());
  }
}
