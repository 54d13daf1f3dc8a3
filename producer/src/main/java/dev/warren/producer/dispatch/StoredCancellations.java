package dev.warren.producer.dispatch;

import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskStore;
import dev.warren.producer.store.TaskStore.Cancelled;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Cancels in the store, where it is final for all that has not begun; then tells the workers, so
 * that they do not begin it, and stop what runs. A worker that hears of it too late, because it
 * started later, is told again when it says that it has begun ({@link Results}).
 */
final class StoredCancellations implements Cancellations {

  private final TaskStore store;
  private final Revocations revocations;
  private final Waiters waiters;
  private final Clock clock;

  StoredCancellations(TaskStore store, Revocations revocations, Waiters waiters, Clock clock) {
    this.store = store;
    this.revocations = revocations;
    this.waiters = waiters;
    this.clock = clock;
  }

  @Override
  public Optional<Cancelled> cancel(UUID task) {
    Optional<Cancelled> cancelled = store.cancel(task, clock.instant());
    cancelled.ifPresent(one -> tell(List.of(one)));
    return cancelled;
  }

  @Override
  public List<Cancelled> cancelGroup(UUID group) {
    List<Cancelled> cancelled = store.cancelGroup(group, clock.instant());
    tell(cancelled);
    return cancelled;
  }

  private void tell(List<Cancelled> cancelled) {
    List<StoredTask> concerned = new ArrayList<>();
    for (Cancelled one : cancelled) {
      if (one.ended() || one.requested()) {
        concerned.add(one.task());
      }
      if (one.ended()) {
        waiters.changed(one.task());
      }
    }
    revocations.tell(concerned);
  }
}
