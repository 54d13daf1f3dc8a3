package dev.warren.worker;

/** Where a task runs. */
public enum Isolation {
  /** Where the worker's other tasks do: {@code warren.worker.isolation}. */
  DEFAULT,
  /**
   * In a thread of the worker. Cheapest; but a thread cannot be killed: a task that ignores its
   * interrupt goes on, and one that ends or fills its JVM takes the worker's other tasks with it.
   */
  THREAD,
  /**
   * In a child, a JVM of its own, that runs one task at a time and is kept for the next one. It can
   * be killed, and hurts nobody else. A task there shares no memory with others, and its beans are
   * the child's own.
   */
  PROCESS
}
