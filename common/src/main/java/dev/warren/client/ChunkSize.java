package dev.warren.client;

/** How many items of a map make a chunk. */
@FunctionalInterface
interface ChunkSize {

  /**
   * At least 1. May ask the broker, and wait for it.
   *
   * @throws dev.warren.WarrenException if it does not tell
   */
  int items() throws InterruptedException;
}
