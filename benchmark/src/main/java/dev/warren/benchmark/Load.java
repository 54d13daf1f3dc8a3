package dev.warren.benchmark;

import java.io.IOException;
import java.time.Duration;

/** What a {@link LoadClient} does in a round. */
interface Load extends AutoCloseable {

  /**
   * One round.
   *
   * @param queue whose workers are called
   * @param size how much at a time: calls without an answer, items of one map, …
   * @param time after which nothing new is begun
   * @throws IllegalStateException if a task failed, or a result is wrong
   */
  RemoteClient.Round round(String queue, int size, Duration time) throws Exception;

  @Override
  void close() throws IOException;
}
