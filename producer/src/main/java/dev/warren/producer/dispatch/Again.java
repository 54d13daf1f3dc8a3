package dev.warren.producer.dispatch;

import dev.warren.producer.store.TaskOptions;

/** A call that is submitted once more keeps how it is run, but not when. */
final class Again {

  private Again() {}

  static TaskOptions options(TaskOptions earlier) {
    return new TaskOptions(
        earlier.priority(),
        null,
        null,
        earlier.softTimeLimit(),
        earlier.timeLimit(),
        earlier.maxRetries());
  }
}
