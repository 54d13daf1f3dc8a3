package dev.warren.producer.store;

import java.time.Instant;

/**
 * A task that somebody publishes right now; nobody else does so before the lease ends.
 *
 * @param task as it is
 * @param args all positional arguments as JSON; of a part of a group: all its items
 * @param kwargs keyword arguments as JSON
 * @param leaseUntil the lease's end, which is also its token: {@link TaskStore#sent} with another
 *     has no effect
 */
public record Claim(StoredTask task, String args, String kwargs, Instant leaseUntil) {

  /** What {@link TaskStore} knows the lease by. */
  public Lease lease() {
    return new Lease(task.id(), leaseUntil);
  }

  /** One lease: its task and its end, in whole microseconds. */
  public record Lease(java.util.UUID id, Instant until) {}
}
