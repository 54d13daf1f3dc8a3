package dev.warren.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.worker.ConsumedQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WaitingRoomTest {

  private final WaitingRoom room =
      new WaitingRoom(List.of(new ConsumedQueue("urgent", 3), new ConsumedQueue("bulk", 1)));

  private long arrivals;

  @Test
  void queuesTakeTurnsByTheirWeights() {
    for (int i = 0; i < 40; i++) {
      add("bulk");
      add("urgent");
    }

    assertThat(next(40)).filteredOn("urgent"::equals).hasSize(30);
  }

  @Test
  void noQueueWaitsForLongerThanItsWeightSays() {
    for (int i = 0; i < 40; i++) {
      add("bulk");
      add("urgent");
    }

    for (int i = 0; i < 10; i++) {
      assertThat(next(4)).contains("bulk");
    }
  }

  @Test
  void weightsHoldWhenEachQueueHasOnlyTheNextOneWaiting() {
    List<String> begun = new ArrayList<>();
    add("bulk");
    add("urgent");
    for (int i = 0; i < 40; i++) {
      begun.addAll(next(1));
      add(begun.get(i));
    }

    assertThat(begun).filteredOn("urgent"::equals).hasSize(30);
  }

  @Test
  void aQueueAloneHasAllTurns() {
    add("bulk");
    add("bulk");

    assertThat(next(2)).containsExactly("bulk", "bulk");
    assertThat(room.next()).isNull();
  }

  @Test
  void aQueueThatHadNoneForAWhileIsNotOwedAny() {
    for (int i = 0; i < 100; i++) {
      add("urgent");
    }
    next(60);
    for (int i = 0; i < 40; i++) {
      add("bulk");
    }

    assertThat(next(40)).filteredOn("urgent"::equals).hasSizeBetween(29, 31);
  }

  @Test
  void whatWasPutOffGoesFirstWithinItsQueueOnly() {
    add("bulk");
    room.add(TestDeliveries.delivery("bulk", true, null, ++arrivals, Map.of()));
    add("urgent");

    List<Delivery> order = List.of(room.next(), room.next(), room.next());

    assertThat(order).extracting(Delivery::queue).contains("urgent");
    assertThat(order)
        .filteredOn(delivery -> delivery.queue().equals("bulk"))
        .extracting(Delivery::isDue)
        .containsExactly(true, false);
  }

  @Test
  void oneThatIsTakenOutIsNotNext() {
    Delivery out = TestDeliveries.delivery("bulk", ++arrivals);
    room.add(out);

    assertThat(room.remove(out)).isTrue();
    assertThat(room.remove(out)).isFalse();
    assertThat(room.next()).isNull();
  }

  @Test
  void newOnesAreHeldForTooLongSoonerThanThoseThatWerePutOff() {
    Delivery fresh = TestDeliveries.delivery("bulk", ++arrivals);
    Delivery due = TestDeliveries.delivery("bulk", true, null, ++arrivals, Map.of());
    room.add(fresh);
    room.add(due);

    assertThat(room.heldFor(Duration.ZERO, Duration.ofHours(1))).containsExactly(fresh);
    assertThat(room.heldFor(Duration.ZERO, Duration.ZERO)).containsExactly(due, fresh);
  }

  private void add(String queue) {
    room.add(TestDeliveries.delivery(queue, ++arrivals));
  }

  private List<String> next(int count) {
    List<String> queues = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      queues.add(room.next().queue());
    }
    return queues;
  }
}
