package dev.warren.it.retry;

import dev.warren.worker.DoNotRetry;
import dev.warren.worker.RetryLater;
import dev.warren.worker.Task;
import dev.warren.worker.TaskContext;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.stereotype.Component;

/** Tasks that fail now and then. */
@Component
class RetryTasks {

  private final AtomicInteger together = new AtomicInteger();

  /** When it began, in milliseconds since 1970. */
  @Task("retry.now")
  public long now() {
    return System.currentTimeMillis();
  }

  /** Fails in so many attempts; then returns which one this is. */
  @Task(value = "retry.flaky", maxRetries = 3, backoff = "300ms", jitter = 0)
  public int flaky(int failures, TaskContext context) {
    if (context.attempt() <= failures) {
      throw new IllegalStateException("attempt " + context.attempt());
    }
    return context.attempt();
  }

  /** Is not ready at first. */
  @Task(value = "retry.later", maxRetries = 1)
  public int later(TaskContext context) {
    if (context.attempt() == 1) {
      throw new RetryLater(Duration.ofSeconds(1), "not ready");
    }
    return context.attempt();
  }

  @Task(value = "retry.never", maxRetries = 5, backoff = "100ms")
  public void never() {
    throw new DoNotRetry("for good");
  }

  @Task(
      value = "retry.selective",
      maxRetries = 5,
      backoff = "100ms",
      dontRetryOn = IllegalArgumentException.class)
  public void selective() {
    throw new IllegalArgumentException("not that");
  }

  /** Takes too long the first time. */
  @Task(
      value = "retry.slow",
      maxRetries = 1,
      backoff = "100ms",
      timeLimit = "1s",
      retryOn = TimeoutException.class)
  public int slow(TaskContext context) throws InterruptedException {
    if (context.attempt() == 1) {
      Thread.sleep(60_000);
    }
    return context.attempt();
  }

  /** One at a time; tells whether that holds. */
  @Task(value = "retry.single", maxConcurrent = 1)
  public int single() throws InterruptedException {
    int now = together.incrementAndGet();
    Thread.sleep(100);
    together.decrementAndGet();
    return now;
  }

  /** Four in a second. */
  @Task(value = "retry.rated", rateLimit = "4/s")
  public long rated() {
    return System.nanoTime();
  }
}
