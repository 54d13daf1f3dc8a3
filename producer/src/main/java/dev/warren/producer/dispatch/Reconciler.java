package dev.warren.producer.dispatch;

import dev.warren.control.LostTasks;
import dev.warren.producer.store.StoreUnavailableException;
import dev.warren.producer.store.TaskStore;
import dev.warren.producer.store.TaskStore.Silent;
import dev.warren.rabbit.ReplyBatches;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes again what the broker had and has not any more, because its queue was deleted or purged
 * or the broker lost it: {@link LostTasks} finds out which tasks neither wait nor are with a
 * worker.
 *
 * <p>A reply that waits in the result queue is told by nobody; so nothing is concluded while any
 * wait there, and what is written down meanwhile is skipped by {@link TaskStore#republish}.
 */
final class Reconciler implements LostTasks.Tracked {

  /** Of a queue, at a time. */
  private static final int MOST = 20_000;

  private static final Logger log = LoggerFactory.getLogger(Reconciler.class);

  private final Set<String> queues;
  private final TaskStore store;
  private final Relay relay;
  private final ReplyBatches results;
  private final Clock clock;

  /** What the last look found, by what messages call it. */
  private Map<String, Silent> silent = Map.of();

  /**
   * @param queues all that tasks are submitted to
   */
  Reconciler(Set<String> queues, TaskStore store, Relay relay, ReplyBatches results, Clock clock) {
    this.queues = queues;
    this.store = store;
    this.relay = relay;
    this.results = results;
    this.clock = clock;
  }

  @Override
  public List<LostTasks.Silent> silentFor(Duration time) {
    Instant now = clock.instant();
    long nanos = System.nanoTime();
    Map<String, Silent> found = new HashMap<>();
    List<LostTasks.Silent> told = new ArrayList<>();
    for (String queue : queues) {
      for (Silent one : store.silent(queue, now.minus(time), MOST)) {
        String id = one.messageId().toString();
        found.put(id, one);
        told.add(
            new LostTasks.Silent(id, queue, nanos - Duration.between(one.since(), now).toNanos()));
      }
    }
    silent = found;
    return told;
  }

  @Override
  public boolean hasUnheardReplies() {
    return results.waiting() > 0;
  }

  @Override
  public void lost(List<String> ids, String why) {
    List<Silent> gone = ids.stream().map(silent::get).filter(one -> one != null).toList();
    try {
      Set<UUID> again = store.republish(gone, clock.instant());
      log.warn("{} tasks were lost on the broker and are published again: {}", again.size(), why);
      relay.wake();
    } catch (StoreUnavailableException e) {
      log.debug("the database is away; lost tasks are found again later", e);
    }
  }
}
