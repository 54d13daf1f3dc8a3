package dev.warren.queue;

import dev.warren.WarrenException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Ways to wait for an answer from another thread. */
final class Waits {

  private Waits() {}

  /** A wait that can be begun again after an interrupt, and then goes on where it was. */
  @FunctionalInterface
  interface Wait<R extends @Nullable Object> {
    R run() throws InterruptedException;
  }

  /** Waits on over interrupts; restores the flag in the end. */
  static <R extends @Nullable Object> R uninterruptibly(Wait<R> wait) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return wait.run();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** The answer, or the {@link WarrenException} in its place. */
  static <R extends @Nullable Object> R get(CompletableFuture<R> answer, TimeLimit limit)
      throws InterruptedException, TimeoutException {
    try {
      return answer.get(limit.left(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof WarrenException known
          ? known
          : new WarrenException("the call failed: " + e.getCause(), e.getCause());
    }
  }
}
