package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.BoundedQueue;
import dev.warren.Warren;
import dev.warren.it.kit.PlainAmqp;
import dev.warren.it.kit.TestBroker;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A queue as a java.util.concurrent.BlockingQueue: what works, and what says that it cannot. */
@Timeout(60)
class BlockingQueueViewTest {

  @AutoClose private static Warren warren;
  @AutoClose private static PlainAmqp amqp;

  private final String name = TestBroker.uniqueName("view");
  private final BoundedQueue<Integer> queue = warren.queue(name, 3, Integer.class);
  private final BlockingQueue<Integer> view = queue.asBlockingQueue();

  @BeforeAll
  static void start() {
    warren = Warren.connect(TestBroker.shared().uri());
    amqp = PlainAmqp.to(TestBroker.shared().uri());
  }

  @AfterEach
  void delete() {
    queue.close();
    amqp.delete(name);
  }

  @Test
  void itemsAreAddedInEveryWay() throws Exception {
    assertThat(view.add(1)).isTrue();
    assertThat(view.offer(2)).isTrue();
    view.put(3);

    assertThat(view.remainingCapacity()).isZero();
    assertThat(view.size()).isEqualTo(3);
    assertThat(view.offer(4)).isFalse();
    assertThat(view.offer(4, 50, TimeUnit.MILLISECONDS)).isFalse();
    assertThatThrownBy(() -> view.add(4)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void itemsAreTakenInEveryWay() throws Exception {
    view.addAll(List.of(1, 2, 3));

    assertThat(view.take()).isEqualTo(1);
    assertThat(view.remove()).isEqualTo(2);
    assertThat(view.poll(1, TimeUnit.SECONDS)).isEqualTo(3);

    assertThat(view.poll()).isNull();
    assertThat(view.poll(50, TimeUnit.MILLISECONDS)).isNull();
    assertThat(view.isEmpty()).isTrue();
    assertThatThrownBy(view::remove).isInstanceOf(NoSuchElementException.class);
  }

  @Test
  void itIsDrainedAndCleared() {
    view.addAll(List.of(1, 2, 3));
    List<Integer> target = new ArrayList<>();

    assertThat(view.drainTo(target, 1)).isEqualTo(1);
    assertThat(view.drainTo(target)).isEqualTo(2);
    view.add(4);
    view.clear();

    assertThat(target).containsExactly(1, 2, 3);
    assertThat(view.size()).isZero();
    assertThatThrownBy(() -> view.drainTo(view)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void nullIsRefused() {
    assertThatThrownBy(() -> view.offer(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> view.put(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> view.add(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> view.offer(null, 1, TimeUnit.SECONDS))
        .isInstanceOf(NullPointerException.class);
    assertThat(queue.size()).isZero();
  }

  @Test
  void whatABrokerCannotDoIsSaid() {
    view.add(1);

    assertUnsupported(view::peek);
    assertUnsupported(view::element);
    assertUnsupported(view::iterator);
    assertUnsupported(() -> view.contains(1));
    assertUnsupported(() -> view.remove(1));
    assertUnsupported(() -> view.removeAll(List.of(1)));
    assertUnsupported(() -> view.retainAll(List.of(1)));
    assertUnsupported(() -> view.removeIf(item -> true));
    assertUnsupported(() -> view.toArray());
    assertUnsupported(() -> view.toArray(Integer[]::new));
    assertUnsupported(() -> view.stream().count());
    assertUnsupported(() -> view.forEach(item -> {}));
    assertThat(view.toString()).contains(name);
    assertThat(queue.poll()).isEqualTo(1);
  }

  private static void assertUnsupported(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("take");
  }
}
