package dev.warren.rabbit;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AcksTest {

  private final BlockingQueue<String> written = new LinkedBlockingQueue<>();
  private final Channel channel =
      (Channel)
          Proxy.newProxyInstance(
              Channel.class.getClassLoader(),
              new Class<?>[] {Channel.class},
              (self, method, args) -> write(method.getName(), args));

  private @Nullable Object write(String name, Object @Nullable [] args) {
    if (name.startsWith("basic") && args != null) {
      written.add(name + " " + args[0] + (args[1].equals(true) ? " and all before" : ""));
    }
    return null;
  }

  @Test
  void whatIsDoneIsAckedTogetherUpToTheFirstThatIsNot() {
    Acks.Ledger ledger = writtenByTheTest();
    deliver(ledger, 5);

    ledger.ack(2);
    ledger.ack(5);
    ledger.ack(1);
    ledger.ack(3);
    ledger.flush();

    assertThat(written).containsExactly("basicAck 3 and all before", "basicAck 5");
  }

  @Test
  void whatIsNeverDoneIsNeverAckedWithOthers() {
    Acks.Ledger ledger = writtenByTheTest();
    deliver(ledger, 3);

    ledger.ack(2);
    ledger.flush();
    ledger.ack(3);
    ledger.flush();

    assertThat(written).containsExactly("basicAck 2", "basicAck 3");
  }

  @Test
  void whatIsGivenBackIsGivenBackBeforeAnAckMayReachBeyondIt() throws IOException {
    Acks.Ledger ledger = writtenByTheTest();
    deliver(ledger, 3);

    ledger.ack(1);
    ledger.ack(3);
    ledger.giveBack(2);
    ledger.flush();

    assertThat(written).containsExactly("basicNack 2", "basicAck 3 and all before");
  }

  @Test
  void nothingIsAckedTwice() {
    Acks.Ledger ledger = writtenByTheTest();
    deliver(ledger, 1);

    ledger.ack(1);
    ledger.flush();
    ledger.flush();

    assertThat(written).containsExactly("basicAck 1 and all before");
  }

  @Test
  void anAckIsWrittenWithoutFurtherCalls() throws InterruptedException {
    try (Acks acks = new Acks("acks")) {
      Acks.Ledger ledger = acks.of(channel, 100);
      deliver(ledger, 1);

      ledger.ack(1);

      assertThat(written.poll(20, TimeUnit.SECONDS)).isEqualTo("basicAck 1 and all before");
    }
  }

  @Test
  void whatIsLeftIsWrittenWhenItIsClosed() {
    Acks acks = new Acks("acks");
    for (int i = 0; i < 10; i++) {
      Acks.Ledger ledger = acks.of(channel, 100);
      deliver(ledger, 1);
      ledger.ack(1);
    }

    acks.close();

    assertThat(written).hasSize(10);
  }

  @Test
  void whatIsDoneLaterIsAckedAtOnce() {
    Acks acks = new Acks("acks");
    acks.close();
    Acks.Ledger ledger = acks.of(channel, 100);
    deliver(ledger, 2);

    ledger.ack(2);

    assertThat(written).containsExactly("basicAck 2");
  }

  /** Its own writer is so patient that only the test writes. */
  private Acks.Ledger writtenByTheTest() {
    return new Acks("acks", Duration.ofDays(1)).of(channel, 1_000_000);
  }

  private static void deliver(Acks.Ledger ledger, int count) {
    for (int tag = 1; tag <= count; tag++) {
      ledger.delivered(tag);
    }
  }
}
