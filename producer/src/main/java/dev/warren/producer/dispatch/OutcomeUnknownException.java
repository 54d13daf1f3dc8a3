package dev.warren.producer.dispatch;

import dev.warren.WarrenException;
import java.util.UUID;

/** Nobody knows whether a task was accepted: the database went away in the middle of it. */
public final class OutcomeUnknownException extends WarrenException {

  private static final long serialVersionUID = 1L;

  private final UUID id;

  /**
   * @param id of the task if it was accepted
   */
  public OutcomeUnknownException(UUID id, Throwable cause) {
    super("it is not known whether task " + id + " was accepted", cause);
    this.id = id;
  }

  /** The id of the task if it was accepted. */
  public UUID id() {
    return id;
  }
}
