package dev.warren.producer.store;

import dev.warren.WarrenException;

/** The store holds as many unfinished tasks as it may: the task was not taken. */
public final class StoreFullException extends WarrenException {

  private static final long serialVersionUID = 1L;

  StoreFullException(int unfinished) {
    super(
        "%d tasks are unfinished, as many as the producer may remember (warren.producer.max-tasks)"
            .formatted(unfinished));
  }
}
