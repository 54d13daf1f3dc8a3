package dev.warren.worker.delivery;

import dev.warren.worker.ConsumedQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Deliveries that wait for a slot. Thread-safe; never blocks.
 *
 * <p>The queues take turns by stride scheduling: each has a pass that grows by the inverse of its
 * weight with every task that it sends, and the lowest pass is next. So tasks begin in proportion
 * to the weights while queues have tasks, and a queue that had none for a while is not owed any.
 * Within a queue the order is that of {@link Delivery#compareTo}.
 */
final class WaitingRoom {

  /** A line of those that came from one queue. */
  private static final class Line {
    private final double stride;
    private final PriorityQueue<Waiting> waiting = new PriorityQueue<>();
    private double pass;

    Line(int weight) {
      this.stride = 1.0 / weight;
    }
  }

  /** One that waits, and since when by {@link System#nanoTime}. */
  private record Waiting(Delivery delivery, long since) implements Comparable<Waiting> {
    @Override
    public int compareTo(Waiting other) {
      return delivery.compareTo(other.delivery);
    }
  }

  private final Map<String, Line> lines = new LinkedHashMap<>();
  private double now; // the pass of the last one that was sent

  WaitingRoom(List<ConsumedQueue> queues) {
    queues.forEach(queue -> lines.put(queue.name(), new Line(queue.weight())));
  }

  /** Tasks may come from this queue, too. */
  synchronized void serve(ConsumedQueue queue) {
    lines.computeIfAbsent(queue.name(), name -> new Line(queue.weight()));
  }

  synchronized void add(Delivery delivery) {
    Line line = line(delivery);
    if (line.waiting.isEmpty()) {
      line.pass = Math.max(line.pass, now);
    }
    line.waiting.add(new Waiting(delivery, System.nanoTime()));
  }

  /** Takes out whose turn it is; null if nobody waits. */
  synchronized @Nullable Delivery next() {
    return lines.values().stream()
        .filter(line -> !line.waiting.isEmpty())
        .min(Comparator.comparingDouble(line -> line.pass))
        .map(this::next)
        .orElse(null);
  }

  private Delivery next(Line line) {
    now = line.pass;
    line.pass += line.stride;
    return line.waiting.remove().delivery();
  }

  /** Takes one out; false if it does not wait any more. */
  synchronized boolean remove(Delivery delivery) {
    return line(delivery).waiting.removeIf(one -> one.delivery() == delivery);
  }

  /** Takes out all. */
  synchronized List<Delivery> drain() {
    List<Delivery> all = new ArrayList<>();
    for (Line line : lines.values()) {
      line.waiting.forEach(one -> all.add(one.delivery()));
      line.waiting.clear();
    }
    return all;
  }

  /** Those that have waited longer than each is patient; they stay. */
  synchronized List<Delivery> impatient() {
    long at = System.nanoTime();
    return lines.values().stream()
        .flatMap(line -> line.waiting.stream())
        .filter(one -> at - one.since() >= one.delivery().patience().toNanos())
        .map(Waiting::delivery)
        .toList();
  }

  /** Those that were delivered so long ago, new ones and those that were put off; they stay. */
  synchronized List<Delivery> heldFor(Duration newOnes, Duration dueOnes) {
    return lines.values().stream()
        .flatMap(line -> line.waiting.stream())
        .map(Waiting::delivery)
        .filter(delivery -> delivery.isHeldFor(delivery.isDue() ? dueOnes : newOnes))
        .toList();
  }

  private Line line(Delivery delivery) {
    Line line = lines.get(delivery.queue());
    if (line == null) {
      throw new IllegalStateException("no task is taken from '" + delivery.queue() + "'");
    }
    return line;
  }
}
