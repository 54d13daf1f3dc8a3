package dev.warren.producer.dispatch;

import dev.warren.WarrenException;
import dev.warren.control.LostTasks;
import dev.warren.rabbit.ReplyBatches;
import dev.warren.rabbit.Threads;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Consumes results, and searches for lost tasks, from the moment on at which the database tells
 * which queue the results come to: it may come up later than the producer. Thread-safe.
 */
final class ResultConsumer implements AutoCloseable {

  private static final long PAUSE_MILLIS = 500;
  private static final Logger log = LoggerFactory.getLogger(ResultConsumer.class);

  private final ResultQueue queue;
  private final Function<String, ReplyBatches> consumer;
  private final Function<ReplyBatches, LostTasks> search;
  private final ScheduledExecutorService starter = Threads.scheduler("warren-results-start");
  private boolean closed; // guarded by this, as are the next two
  private @Nullable ReplyBatches results;
  private @Nullable LostTasks lost;

  /**
   * @param consumer makes what consumes a queue
   * @param search makes the search for lost tasks beside it
   */
  ResultConsumer(
      ResultQueue queue,
      Function<String, ReplyBatches> consumer,
      Function<ReplyBatches, LostTasks> search) {
    this.queue = queue;
    this.consumer = consumer;
    this.search = search;
  }

  /**
   * Starts, or goes on trying in the background while the database is away.
   *
   * @throws WarrenException if the broker refuses the queue
   */
  void start() {
    if (!started()) {
      starter.scheduleWithFixedDelay(
          this::startLater, PAUSE_MILLIS, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void startLater() {
    try {
      if (started()) {
        starter.shutdown();
      }
    } catch (WarrenException e) {
      log.error("results cannot be consumed: {}", e.getMessage());
    } catch (Throwable e) {
      log.error("results cannot be consumed yet", e);
    }
  }

  private synchronized boolean started() {
    if (closed || lost != null) {
      return true;
    }
    String name = queue.nameIfKnown();
    if (name == null) {
      return false;
    }
    ReplyBatches fresh = results == null ? consumer.apply(name) : results;
    results = fresh;
    fresh.start();
    LostTasks beside = search.apply(fresh);
    beside.start();
    lost = beside;
    return true;
  }

  @Override
  public void close() {
    starter.shutdownNow();
    synchronized (this) {
      closed = true;
      if (lost != null) {
        lost.close();
      }
      if (results != null) {
        results.close();
      }
    }
  }
}
