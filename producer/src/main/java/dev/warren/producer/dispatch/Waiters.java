package dev.warren.producer.dispatch;

import dev.warren.Progress;
import dev.warren.WarrenException;
import dev.warren.producer.ProducerProperties;
import dev.warren.producer.store.GroupPart;
import dev.warren.producer.store.StoreUnavailableException;
import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskState;
import dev.warren.producer.store.TaskStore;
import dev.warren.rabbit.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Those who wait for news of a task; none of them holds a thread. What this producer records comes
 * at once ({@link #changed}); what another one records is found by a look into the store each
 * {@value #LOOK_MILLIS} ms, one for all who wait.
 *
 * <ol>
 *   <li><b>I1</b> At most {@code warren.producer.max-waiters} wait.
 *   <li><b>I2</b> A waiter's methods are called one at a time, in the order of what happened as far
 *       as that can be known; nothing follows a finished task or {@link Waiter#onEnd}, and nothing
 *       comes to one that has left.
 *   <li><b>I3</b> A waiter is told each thing once: a look that began before the latest news is
 *       forgotten.
 *   <li><b>I4</b> Waiters are called without this class's lock; they must not block.
 *   <li><b>I5</b> Nobody waits longer than asked for, nor for a task that is gone, nor longer than
 *       this runs: {@link #stop} sends all of them away before the web server waits for its calls
 *       to end.
 * </ol>
 *
 * The fields are guarded by {@code this}, those of a {@link Place} by the place. Who holds a
 * place's lock may take this one's, never the other way round.
 */
@Component
public final class Waiters implements SmartLifecycle {

  /** One who waits. Its methods must not block. */
  public interface Waiter {
    /** There is news; if the task is finished, the last. */
    void onChange(StoredTask task);

    /** There will be none: the time is over, the task is forgotten, or the producer ends. */
    void onEnd();
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

  static final long LOOK_MILLIS = 500;

  private static final Logger log = LoggerFactory.getLogger(Waiters.class);

  private final int max;
  private final TaskStore store;
  private final Map<UUID, List<Place>> waiting = new HashMap<>();
  private int count;
  private @Nullable ScheduledExecutorService timer; // null while stopped; must not be blocked
  private @Nullable ScheduledExecutorService looks; // as timer; blocks for the database

  Waiters(ProducerProperties properties, TaskStore store) {
    this.max = properties.maxWaiters();
    this.store = store;
  }

  /**
   * Joins those who wait for a task, known or not. Whoever joins then reads the task and shows it
   * to {@link Place#look}: it may have changed just before.
   *
   * @param wait for so long; null is until the task is finished
   * @return the waiter's place
   * @throws TooManyWaitersException if as many wait as may
   */
  public Place join(UUID task, @Nullable Duration wait, Waiter waiter) {
    Place place = new Place(task, waiter);
    synchronized (this) {
      if (timer != null) {
        if (count >= max) {
          throw new TooManyWaitersException(count);
        }
        if (wait != null) {
          place.timeout = timer.schedule(place::over, wait.toMillis(), TimeUnit.MILLISECONDS);
        }
        waiting.computeIfAbsent(task, id -> new ArrayList<>(1)).add(place);
        count++;
        return place;
      }
    }
    place.end();
    return place;
  }

  /** Tells all who wait for a task what has become of it; it may be finished, or not. */
  public void changed(StoredTask task) {
    boolean last = task.state().isFinished();
    for (Place place : last ? take(task.id()) : of(task.id())) {
      place.tell(task);
    }
  }

  /** How many wait. */
  public synchronized int count() {
    return count;
  }

  /** Looks into the store for what others have recorded, and tells who waits for it. */
  void look() {
    Map<Place, Integer> seen = seen();
    if (seen.isEmpty()) {
      return;
    }
    List<UUID> ids = seen.keySet().stream().map(place -> place.task).distinct().toList();
    Map<UUID, StoredTask> found =
        store.findAll(ids).stream().collect(Collectors.toMap(StoredTask::id, Function.identity()));
    seen.forEach(
        (place, news) -> {
          StoredTask task = found.get(place.task);
          if (task == null) {
            place.over();
          } else {
            place.tell(task, news);
          }
        });
  }

  @Override
  public synchronized void start() {
    if (timer == null) {
      timer = Threads.scheduler("warren-waiters");
      looks = Threads.scheduler("warren-waiters-look");
      looks.scheduleWithFixedDelay(
          this::lookGuarded, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public void stop() {
    List<Place> all = new ArrayList<>();
    synchronized (this) {
      if (timer != null && looks != null) {
        timer.shutdownNow();
        looks.shutdown();
      }
      timer = null;
      looks = null;
      waiting.values().forEach(all::addAll);
      waiting.clear();
      count = 0;
    }
    all.forEach(Place::end);
  }

  @Override
  public synchronized boolean isRunning() {
    return timer != null;
  }

  private void lookGuarded() {
    try {
      look();
    } catch (StoreUnavailableException e) {
      log.debug("the database is away; who waits goes on waiting", e);
    } catch (Throwable e) {
      log.error("looking for what others have recorded goes on after", e);
    }
  }

  /** All places, and how much each was told before the look that begins now. */
  private Map<Place, Integer> seen() {
    List<Place> all = new ArrayList<>();
    synchronized (this) {
      waiting.values().forEach(all::addAll);
    }
    return all.stream().collect(Collectors.toMap(Function.identity(), Place::news));
  }

  private synchronized List<Place> of(UUID task) {
    return List.copyOf(waiting.getOrDefault(task, List.of()));
  }

  private synchronized List<Place> take(UUID task) {
    List<Place> all = waiting.remove(task);
    if (all == null) {
      return List.of();
    }
    count -= all.size();
    return all;
  }

  private synchronized void remove(Place place) {
    List<Place> all = waiting.get(place.task);
    if (all != null && all.remove(place)) {
      count--;
      if (all.isEmpty()) {
        waiting.remove(place.task);
      }
    }
  }

  private static void call(Runnable waiter) {
    try {
      waiter.run();
    } catch (RuntimeException e) {
      log.error("one who waited for a task could not be told", e);
    }
  }

  /** What makes two views of a task different news. */
  private record News(
      TaskState state,
      int attempts,
      int retries,
      @Nullable Progress progress,
      @Nullable GroupPart part) {

    static News of(StoredTask task) {
      return new News(task.state(), task.attempts(), task.retries(), task.progress(), task.part());
    }
  }

  /** Where one waits. Thread-safe. */
  public final class Place {
    private final UUID task;
    private final Waiter waiter;
    private volatile @Nullable Future<?> timeout; // set once, before anybody else knows the place
    private @Nullable News latest;
    private int news;
    private boolean over;

    private Place(UUID task, Waiter waiter) {
      this.task = task;
      this.waiter = waiter;
    }

    /** Takes the task as it was read after joining; tells it unless something was told already. */
    public void look(StoredTask read) {
      tell(read, 0);
    }

    /** Leaves; may be called at any time, and again. */
    public void leave() {
      synchronized (this) {
        over = true;
      }
      goAway();
    }

    private synchronized int news() {
      return news;
    }

    private void tell(StoredTask now) {
      tell(now, -1);
    }

    /**
     * @param known only if no more than so much was told; -1 is always
     */
    private void tell(StoredTask now, int known) {
      boolean last = now.state().isFinished();
      synchronized (this) {
        News told = News.of(now);
        if (over || known >= 0 && news != known || told.equals(latest)) {
          return;
        }
        latest = told;
        news++;
        over = last;
        if (last) {
          goAway(); // first: whoever is told that it is over makes room for another
        }
        call(() -> waiter.onChange(now));
      }
    }

    private void over() {
      goAway();
      end();
    }

    private void end() {
      synchronized (this) {
        if (over) {
          return;
        }
        over = true;
        call(waiter::onEnd);
      }
    }

    private void goAway() {
      Future<?> end = timeout;
      if (end != null) {
        end.cancel(false);
      }
      remove(this);
    }
  }
}
