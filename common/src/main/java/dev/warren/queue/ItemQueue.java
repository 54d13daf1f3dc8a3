package dev.warren.queue;

import dev.warren.QueueSettings;
import tools.jackson.databind.JavaType;

/**
 * What there is to know about a queue of items.
 *
 * @param name its name on the broker
 * @param settings what the caller says of its kind and bound
 * @param type the items'
 */
public record ItemQueue(String name, QueueSettings settings, JavaType type) {

  /** Refuses what only tasks can have. */
  public ItemQueue {
    if (settings.maxPriority() != null) {
      throw new IllegalArgumentException(
          "a queue of items has no priorities, only one of tasks: leave maxPriority away from '"
              + name
              + "'");
    }
  }

  /** Items that may wait; {@link Integer#MAX_VALUE} if there is no bound. */
  int bound() {
    Integer maxLength = settings.maxLength();
    return maxLength == null || !settings.isBounded() ? Integer.MAX_VALUE : maxLength;
  }
}
