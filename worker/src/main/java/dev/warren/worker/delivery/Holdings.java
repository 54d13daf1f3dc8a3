package dev.warren.worker.delivery;

import dev.warren.wire.WireFormat;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The deliveries that this worker has to answer for. Thread-safe.
 *
 * <ul>
 *   <li>H1: A delivery is held from its arrival until it is settled, which is after its reply was
 *       confirmed. Who is told that a task is not held any more has its reply already.
 *   <li>H2: A task that was let go without a reply, given back or put off, is held for {@link
 *       #AFTERWARDS} more: on its way to the next worker nobody else would hold it.
 *   <li>H3: Memory is bounded: by the prefetch, and by {@value #MOST_LET_GO} tasks that were let
 *       go.
 * </ul>
 */
final class Holdings {

  private static final Duration AFTERWARDS = Duration.ofSeconds(10);
  private static final int MOST_LET_GO = 10_000;

  private final Set<Delivery> unsettled = ConcurrentHashMap.newKeySet();

  /** When each task was let go, on {@link System#nanoTime()}'s clock; guarded by itself. */
  private final Map<String, Long> letGo =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > MOST_LET_GO;
        }
      };

  void add(Delivery delivery) {
    unsettled.add(delivery);
    delivery.done().whenComplete((done, failure) -> remove(delivery));
  }

  private void remove(Delivery delivery) {
    String id = WireFormat.taskId(delivery.message());
    if (id != null && delivery.comesAgain()) {
      synchronized (letGo) {
        letGo.remove(id); // the one let go last is forgotten last
        letGo.put(id, System.nanoTime());
      }
    }
    unsettled.remove(delivery);
  }

  /** Deliveries that are not settled. */
  Set<Delivery> unsettled() {
    return unsettled;
  }

  /** The delivery of a task that is not settled. */
  Optional<Delivery> find(String id) {
    return unsettled.stream()
        .filter(delivery -> id.equals(WireFormat.taskId(delivery.message())))
        .findAny();
  }

  /** Which of these tasks are held. */
  Set<String> heldOf(Set<String> ids) {
    Set<String> held = new LinkedHashSet<>();
    for (Delivery delivery : unsettled) {
      String id = WireFormat.taskId(delivery.message());
      if (id != null && ids.contains(id)) {
        held.add(id);
      }
    }
    long now = System.nanoTime();
    synchronized (letGo) {
      letGo.values().removeIf(moment -> now - moment >= AFTERWARDS.toNanos());
      letGo.keySet().stream().filter(ids::contains).forEach(held::add);
    }
    return held;
  }
}
