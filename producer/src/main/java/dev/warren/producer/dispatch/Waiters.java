package dev.warren.producer.dispatch;

import dev.warren.WarrenException;
import dev.warren.producer.ProducerProperties;
import dev.warren.producer.store.StoredTask;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Those who wait for a task to finish; none of them holds a thread.
 *
 * <ol>
 *   <li><b>I1</b> At most {@code warren.producer.max-waiters} wait.
 *   <li><b>I2</b> A waiter is called at most once, and not any more once it has left.
 *   <li><b>I3</b> Waiters are called outside of the lock; they must not block.
 *   <li><b>I4</b> Nobody waits longer than asked for, nor longer than this runs: {@link #stop}
 *       sends all of them away before the web server waits for its calls to end.
 * </ol>
 *
 * All fields are guarded by {@code this}.
 */
@Component
public final class Waiters implements SmartLifecycle {

  /** One who waits. */
  public interface Waiter {
    /** The task has finished. */
    void onFinished(StoredTask task);

    /** The time is over, or the producer ends. */
    void onUnfinished();
  }

  /** As many wait as may. */
  public static final class TooManyWaitersException extends WarrenException {
    private static final long serialVersionUID = 1L;

    TooManyWaitersException(int waiting) {
      super(
          "%d calls wait for results, as many as may (warren.producer.max-waiters)"
              .formatted(waiting));
    }
  }

  private static final Logger log = LoggerFactory.getLogger(Waiters.class);

  private final int max;
  private final Map<UUID, List<Place>> waiting = new HashMap<>();
  private int count;
  private @Nullable ScheduledThreadPoolExecutor timer; // null while stopped

  Waiters(ProducerProperties properties) {
    this.max = properties.maxWaiters();
  }

  /**
   * Joins those who wait for a task. It may have finished just before: look again after joining.
   *
   * @return leaves; may be called at any time, and again
   * @throws TooManyWaitersException if as many wait as may
   */
  public Runnable join(UUID task, Duration wait, Waiter waiter) {
    synchronized (this) {
      if (timer != null) {
        if (count >= max) {
          throw new TooManyWaitersException(count);
        }
        Place place = new Place(task, waiter);
        place.end = timer.schedule(place::over, wait.toMillis(), TimeUnit.MILLISECONDS);
        waiting.computeIfAbsent(task, id -> new ArrayList<>(1)).add(place);
        count++;
        return place::leave;
      }
    }
    waiter.onUnfinished();
    return () -> {};
  }

  /** Tells all who wait for a task that it has finished. */
  public void finished(StoredTask task) {
    take(task.id()).forEach(place -> call(() -> place.waiter.onFinished(task)));
  }

  /** How many wait. */
  public synchronized int count() {
    return count;
  }

  @Override
  public synchronized void start() {
    if (timer == null) {
      timer =
          new ScheduledThreadPoolExecutor(
              1,
              work -> {
                Thread thread = new Thread(work, "warren-waiters");
                thread.setDaemon(true);
                return thread;
              });
      timer.setRemoveOnCancelPolicy(true);
    }
  }

  @Override
  public void stop() {
    List<Place> all = new ArrayList<>();
    synchronized (this) {
      if (timer != null) {
        timer.shutdownNow();
        timer = null;
      }
      List.copyOf(waiting.keySet()).forEach(task -> all.addAll(take(task)));
    }
    all.forEach(place -> call(place.waiter::onUnfinished));
  }

  @Override
  public synchronized boolean isRunning() {
    return timer != null;
  }

  private synchronized List<Place> take(UUID task) {
    List<Place> all = waiting.remove(task);
    if (all == null) {
      return List.of();
    }
    count -= all.size();
    all.forEach(Place::cancelEnd);
    return all;
  }

  private synchronized boolean remove(Place place) {
    List<Place> all = waiting.get(place.task);
    if (all == null || !all.remove(place)) {
      return false;
    }
    count--;
    if (all.isEmpty()) {
      waiting.remove(place.task);
    }
    return true;
  }

  private static void call(Runnable waiter) {
    try {
      waiter.run();
    } catch (RuntimeException e) {
      log.error("one who waited for a task could not be told", e);
    }
  }

  /** Where one waits. */
  private final class Place {
    private final UUID task;
    private final Waiter waiter;
    private @Nullable Future<?> end; // guarded by Waiters.this

    private Place(UUID task, Waiter waiter) {
      this.task = task;
      this.waiter = waiter;
    }

    private void over() {
      if (remove(this)) {
        call(waiter::onUnfinished);
      }
    }

    private void leave() {
      synchronized (Waiters.this) {
        remove(this);
        cancelEnd();
      }
    }

    private void cancelEnd() {
      if (end != null) {
        end.cancel(false);
      }
    }
  }
}
