package dev.warren.worker;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A queue that a worker takes tasks from, and its weight: while several queues have tasks that
 * wait, the worker begins tasks of each in proportion to the weights.
 *
 * @param name the queue
 * @param weight 1 to 1,000
 */
public record ConsumedQueue(String name, int weight) {

  private static final int HIGHEST = 1_000;
  private static final Pattern WITH_WEIGHT = Pattern.compile("(.+):(\\d{1,9})");

  /** Checks the values. */
  public ConsumedQueue {
    if (name.isBlank()) {
      throw new IllegalArgumentException(
          "warren.worker.queues has a queue without a name; write <queue>, or <queue>:<weight>");
    }
    if (weight < 1 || weight > HIGHEST) {
      throw new IllegalArgumentException(
          "the weight of '%s' in warren.worker.queues must be 1 to %d: %d"
              .formatted(name, HIGHEST, weight));
    }
  }

  /**
   * Reads {@code <queue>} or {@code <queue>:<weight>}; without a weight it is 1. A queue whose name
   * ends in a colon and digits has to be given with a weight.
   *
   * @throws IllegalArgumentException if the name is empty or the weight not 1 to 1,000
   */
  static ConsumedQueue parse(String text) {
    Matcher weighted = WITH_WEIGHT.matcher(text.strip());
    return weighted.matches()
        ? new ConsumedQueue(weighted.group(1).strip(), Integer.parseInt(weighted.group(2)))
        : new ConsumedQueue(text.strip(), 1);
  }

  /** Reads several, none of them twice. */
  static List<ConsumedQueue> parse(List<String> texts) {
    List<ConsumedQueue> queues = texts.stream().map(ConsumedQueue::parse).toList();
    if (queues.stream().map(ConsumedQueue::name).distinct().count() < queues.size()) {
      throw new IllegalArgumentException("warren.worker.queues has a queue twice: " + texts);
    }
    return queues;
  }
}
