package dev.warren.it.conformance;

import dev.warren.TaskRef;

/** What a {@link ConformanceWorker} runs. */
final class Tasks {

  /** Of a number. */
  static final TaskRef<Long> SQUARE = TaskRef.of("conformance.square", Long.class);

  /** Of a number that is not negative; fails for others. */
  static final TaskRef<Double> ROOT = TaskRef.of("conformance.root", Double.class);

  /** Of {@code a} and {@code b}. */
  static final TaskRef<Integer> ADD = TaskRef.of("conformance.add", Integer.class);

  /** Returns nothing. */
  static final TaskRef<Object> NOTHING = TaskRef.of("conformance.nothing", Object.class);

  /** Returns what it is given. */
  static final TaskRef<Object> ECHO = TaskRef.of("conformance.echo", Object.class);

  /** Returns so many characters. */
  static final TaskRef<String> TEXT = TaskRef.of("conformance.text", String.class);

  /** Returns what cannot be written as JSON. */
  static final TaskRef<Object> UNWRITABLE = TaskRef.of("conformance.unwritable", Object.class);

  /** Does a {@link WorkItem} and returns its key. */
  static final TaskRef<String> WORK = TaskRef.of("conformance.work", String.class);

  private Tasks() {}
}
