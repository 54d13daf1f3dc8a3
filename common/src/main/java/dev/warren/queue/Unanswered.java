package dev.warren.queue;

import dev.warren.WarrenException;

/** A call that waits, and that the end of what it waits for must reach. Thread-safe. */
interface Unanswered {

  /** Ends it, unless it has ended. */
  void fail(WarrenException why);
}
