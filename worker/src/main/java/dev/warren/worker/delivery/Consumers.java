package dev.warren.worker.delivery;

import dev.warren.rabbit.Acks;
import dev.warren.rabbit.Broker;
import dev.warren.worker.ConsumedQueue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What brings the tasks: one consumer of each queue for each slot. Thread-safe; changes are made
 * one after the other, and block for calls to the broker.
 */
final class Consumers {

  /** One channel for each; brokers allow some 2,000 on a connection. */
  private static final int MOST = 1_000;

  private static final int MOST_AHEAD = 9;

  /** The largest prefetch of one. */
  private static final int MOST_PREFETCH = 250;

  private final Broker broker;
  private final Slots slots;
  private final Acks acks = new Acks("warren-acks");
  private final Map<String, ConsumedQueue> queues = new LinkedHashMap<>(); // guarded by this
  private final Map<String, List<SlotConsumer>> byQueue = new LinkedHashMap<>(); // likewise
  private int count; // likewise; of slots
  private boolean started; // likewise
  private volatile boolean stopped;
  private int ahead; // guarded by this; tasks that are fetched ahead of the slots

  /** All of them; replaced with each change. */
  private volatile List<SlotConsumer> all = List.of();

  Consumers(Broker broker, Slots slots, List<ConsumedQueue> queues, int count) {
    this.broker = broker;
    this.slots = slots;
    this.count = count;
    queues.forEach(queue -> this.queues.put(queue.name(), queue));
    queues.forEach(queue -> byQueue.put(queue.name(), new ArrayList<>()));
    fill();
  }

  synchronized void start() {
    started = true;
    all.forEach(SlotConsumer::start);
  }

  /** For good. What was delivered stays ours. */
  void stop() {
    stopped = true;
    all.forEach(SlotConsumer::stop);
  }

  /** Writes the acks that are left. */
  void close() {
    acks.close();
  }

  /** As many of each queue as there are slots. */
  private void fill() {
    byQueue.forEach(
        (queue, consumers) -> {
          while (consumers.size() < count) {
            SlotConsumer one =
                new SlotConsumer(broker, acks, queue, prefetch(queues.get(queue)), slots::accept);
            one.prefetch(prefetchNow(consumers.size()));
            consumers.add(one);
            if (started) {
              one.start();
            }
          }
        });
    all = byQueue.values().stream().flatMap(List::stream).toList();
    if (stopped) { // meanwhile: stop() has not seen these
      all.forEach(SlotConsumer::stop);
    }
  }

  /**
   * A slot is never handed a second new task of a single queue. Of several, the next ones must be
   * there when a slot is free, although those before are not settled yet: more of a queue that has
   * more turns.
   */
  private int prefetch(ConsumedQueue queue) {
    int lowest = queues.values().stream().mapToInt(ConsumedQueue::weight).min().orElse(1);
    return queues.size() == 1 ? 1 : 1 + Math.min(queue.weight() / lowest, MOST_AHEAD);
  }

  /**
   * Fetches so many new tasks ahead of the slots as they are worth at this pace. What was fetched
   * stays ours.
   */
  synchronized void keepUpWith(Pace pace) {
    int wanted = pace.ahead(count, ahead);
    if (wanted != ahead) {
      ahead = wanted;
      changePrefetch();
    }
  }

  private void changePrefetch() {
    for (List<SlotConsumer> consumers : byQueue.values()) {
      for (int i = 0; i < consumers.size(); i++) {
        consumers.get(i).prefetch(prefetchNow(i));
      }
    }
  }

  /** One for a slot, and the slot's share of what is fetched ahead. */
  private int prefetchNow(int slot) {
    int share = ahead / count + (slot < ahead % count ? 1 : 0);
    return Math.min(MOST_PREFETCH, 1 + share);
  }

  /** How many slots there are. */
  synchronized int count() {
    return count;
  }

  /**
   * More slots, or fewer: one that has a task goes when that has ended.
   *
   * @return how many there are then
   * @throws IllegalArgumentException if that is less than 1, or more than the broker has channels
   */
  synchronized int resize(int more) {
    long target = (long) count + more;
    int most = MOST / Math.max(1, byQueue.size());
    if (target < 1 || target > most) {
      throw new IllegalArgumentException(
          "a worker has 1 to %d slots, here; there are %d".formatted(most, count));
    }
    count = (int) target;
    slots.resize(count);
    fill();
    List<SlotConsumer> unwanted = new ArrayList<>();
    byQueue
        .values()
        .forEach(
            consumers -> {
              List<SlotConsumer> tail = consumers.subList(count, consumers.size());
              unwanted.addAll(tail);
              tail.clear();
            });
    fill();
    changePrefetch(); // to the shares of as many slots
    unwanted.forEach(SlotConsumer::retire);
    return count;
  }

  /**
   * Takes tasks of one more queue, which is declared as any other task queue.
   *
   * @return false if they are taken already
   * @throws IllegalArgumentException if the broker has no channels for it
   * @throws dev.warren.WarrenException if the queue exists as another
   */
  synchronized boolean add(ConsumedQueue queue) {
    if (byQueue.containsKey(queue.name())) {
      return false;
    }
    if (count * (byQueue.size() + 1) > MOST) {
      throw new IllegalArgumentException(
          "%d slots cannot take tasks of %d queues".formatted(count, byQueue.size() + 1));
    }
    broker.declare(queue.name());
    slots.serve(queue);
    queues.put(queue.name(), queue);
    byQueue.put(queue.name(), new ArrayList<>());
    fill();
    return true;
  }

  /**
   * Takes no more of a queue. What was delivered is run.
   *
   * @return false if it is not one whose tasks are taken
   */
  synchronized boolean cancel(String queue) {
    List<SlotConsumer> unwanted = byQueue.remove(queue);
    queues.remove(queue);
    fill();
    if (unwanted != null) {
      unwanted.forEach(SlotConsumer::retire);
    }
    return unwanted != null;
  }

  /** The queues whose tasks are taken. */
  synchronized List<String> queues() {
    return List.copyOf(byQueue.keySet());
  }

  /** Whether every slot can be reached by tasks. */
  boolean isConsuming() {
    return all.stream().allMatch(SlotConsumer::isConsuming);
  }

  /** How many consumers of each queue the broker counts here. */
  Map<String, Integer> consuming() {
    return all.stream()
        .collect(
            Collectors.toMap(
                SlotConsumer::queue, one -> one.isConsumingQueue() ? 1 : 0, Integer::sum));
  }
}
