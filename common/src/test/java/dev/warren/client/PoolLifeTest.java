package dev.warren.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.WarrenException.PoolClosedException;
import org.junit.jupiter.api.Test;

class PoolLifeTest {

  private final PoolLife life = new PoolLife("q");

  @Test
  void aRunningPoolTakesCallsAndCannotBeJoined() {
    life.begin();

    assertThatThrownBy(() -> life.awaitEnd(0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("still running");
  }

  @Test
  void aClosedPoolTakesNoCallsAndEndsWithTheLastOne() throws Exception {
    life.begin();

    assertThat(life.close()).isTrue();
    assertThat(life.close()).isFalse();

    assertThatThrownBy(life::begin)
        .isInstanceOf(PoolClosedException.class)
        .hasMessageContaining("not running: it was closed");
    assertThat(life.isOver()).isFalse();
    assertThat(life.awaitEnd(0)).isFalse();
    life.end();
    assertThat(life.isOver()).isTrue();
    assertThat(life.awaitEnd(0)).isTrue();
  }

  @Test
  void aClosedPoolCanBeTerminatedButNotTheOtherWayRound() {
    life.close();

    assertThat(life.terminate()).isTrue();
    assertThat(life.terminate()).isFalse();
    assertThat(life.close()).isFalse();

    assertThat(life.isTerminated()).isTrue();
    assertThatThrownBy(life::begin)
        .isInstanceOf(PoolClosedException.class)
        .hasMessageContaining("terminated");
  }

  @Test
  void theEndOfTheLastCallWakesWhoWaits() throws Exception {
    life.begin();
    life.close();
    Thread ender = new Thread(life::end);

    ender.start();

    assertThat(life.awaitEnd(Long.MAX_VALUE)).isTrue();
    ender.join();
  }
}
