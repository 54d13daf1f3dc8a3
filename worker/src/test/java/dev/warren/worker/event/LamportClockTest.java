package dev.warren.worker.event;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LamportClockTest {

  private final LamportClock clock = new LamportClock();

  @Test
  void whatHappensAfterAMessageIsLaterThanIt() {
    clock.adjust(100);

    assertThat(clock.forward()).isGreaterThan(100);
  }

  @Test
  void anOlderMessageDoesNotTurnItBack() {
    clock.adjust(100);
    clock.adjust(3);

    assertThat(clock.value()).isEqualTo(102);
  }

  @Test
  void nobodyCanBringItToItsEnd() {
    clock.adjust(Long.MAX_VALUE);

    assertThat(clock.forward()).isEqualTo(1);
  }
}
