package dev.warren.benchmark;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A client of one kind, which calls a task that does nothing. */
interface Caller extends AutoCloseable {

  /**
   * Calls once.
   *
   * @param queue whose workers are called
   * @param done is run, on whatever thread, when the answer is there and the broker has confirmed
   *     what was sent, as far as this kind of client waits for that; takes the failure, or null
   */
  void call(String queue, Done done) throws Exception;

  @Override
  void close() throws IOException;

  /** Is told the end of a call. */
  interface Done {
    /** The end. */
    void end(@Nullable Throwable failure);
  }
}
