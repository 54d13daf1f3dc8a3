package dev.warren.producer.dispatch;

import dev.warren.producer.store.TaskStore.Cancelled;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Cancels tasks, and tells the workers. Thread-safe; blocks for the database. */
public interface Cancellations {

  /** As {@link dev.warren.producer.store.TaskStore#cancel}. */
  Optional<Cancelled> cancel(UUID task);

  /** As {@link dev.warren.producer.store.TaskStore#cancelGroup}. */
  List<Cancelled> cancelGroup(UUID group);
}
