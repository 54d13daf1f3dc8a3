package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Address;
import com.rabbitmq.client.ConnectionFactory;
import dev.warren.WarrenSettings;
import dev.warren.control.ControlSender;
import dev.warren.control.LostTasks;
import dev.warren.control.LostTasks.Silent;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.TestBroker;
import dev.warren.rabbit.Broker;
import dev.warren.wire.WireFormat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Who keeps track of tasks without handles, as the producer does, hears which of them are lost. */
@Tag(Ci.SECOND_PASS_ONLY)
@Execution(ExecutionMode.CONCURRENT)
class TrackedTasksTest {

  private final String queue = TestBroker.uniqueName("tracked");
  private final Tracker tracker = new Tracker();
  private Broker broker;
  private ControlSender control;
  private LostTasks search;

  /** Tracks one task, which is in no queue and with no worker, for a minute already. */
  private final class Tracker implements LostTasks.Tracked {
    private final List<String> lost = new CopyOnWriteArrayList<>();
    private final List<String> reasons = new CopyOnWriteArrayList<>();
    private final AtomicInteger asked = new AtomicInteger();
    private volatile boolean unheard;
    private volatile int failures;

    @Override
    public Collection<Silent> silentFor(Duration time) {
      assertThat(time).isEqualTo(LostTasks.SILENCE);
      if (failures > 0) {
        failures--; // by the only thread that calls this
        throw new IllegalStateException("the database is away");
      }
      long aMinuteAgo = System.nanoTime() - Duration.ofMinutes(1).toNanos();
      return lost.isEmpty() ? List.of(new Silent("gone", queue, aMinuteAgo)) : new ArrayList<>();
    }

    @Override
    public boolean hasUnheardReplies() {
      asked.incrementAndGet();
      return unheard;
    }

    @Override
    public void lost(List<String> ids, String why) {
      reasons.add(why);
      lost.addAll(ids);
    }
  }

  @BeforeEach
  void connect() {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUsername(TestBroker.USER);
    factory.setPassword(TestBroker.PASSWORD);
    List<Address> addresses = List.of(new Address("127.0.0.1", TestBroker.shared().port()));
    WireFormat wire = new WireFormat(1_000_000);
    broker = new Broker(factory, addresses, WarrenSettings.defaults(), "tracking");
    assertThat(broker.start()).isNull();
    broker.declare(queue);
    control = new ControlSender(broker, wire);
    search = new LostTasks(broker, wire, tracker, control);
  }

  @AfterEach
  void close() {
    search.close();
    control.close();
    broker.close();
  }

  @Test
  void aTaskThatIsNowhereIsToldWithWhereItWasLookedFor() {
    search.start();

    Deadline.await("it is told", Deadline.HEALED, () -> !tracker.lost.isEmpty());
    assertThat(tracker.lost).containsExactly("gone");
    assertThat(tracker.reasons.get(0)).contains(queue).contains("none of the 0 workers");
  }

  @Test
  void nothingIsToldWhileRepliesMayBeUnheard() {
    tracker.unheard = true;
    search.start();
    Deadline.await("asked in four rounds", Deadline.HEALED, () -> tracker.asked.get() >= 4);
    assertThat(tracker.lost).isEmpty();

    tracker.unheard = false;

    Deadline.await("it is told", Deadline.HEALED, () -> !tracker.lost.isEmpty());
  }

  @Test
  void theSearchOutlivesWhoCannotTellWhatIsSilent() {
    tracker.failures = 2;
    search.start();

    Deadline.await("it is told", Deadline.HEALED, () -> !tracker.lost.isEmpty());
  }
}
