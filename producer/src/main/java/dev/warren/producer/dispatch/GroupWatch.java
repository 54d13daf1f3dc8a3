package dev.warren.producer.dispatch;

import dev.warren.producer.dispatch.Waiters.TooManyWaitersException;
import dev.warren.producer.store.StoreUnavailableException;
import dev.warren.producer.store.TaskGroup;
import dev.warren.producer.store.TaskStore;
import dev.warren.rabbit.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Looks at the groups that somebody waits for, and tells what changes. Thread-safe.
 *
 * <ol>
 *   <li><b>I1</b> At most {@code warren.producer.max-waiters} watch.
 *   <li><b>I2</b> A watcher is told of a group as it is, and of each change that a look finds,
 *       until it leaves or {@link Watcher#onEnd} is called; after that nothing.
 *   <li><b>I3</b> A group is looked at each {@value #LOOK_MILLIS} ms, once for all its watchers;
 *       less often where that takes the database long, for it sums up all parts.
 *   <li><b>I4</b> Nobody watches for longer than asked for, nor than this runs.
 * </ol>
 *
 * All fields are guarded by {@code this}.
 */
public final class GroupWatch implements SmartLifecycle {

  /** One who watches; its methods are called one at a time, and must not block. */
  public interface Watcher {
    /** The group as it is now. */
    void onChange(TaskGroup group);

    /** The time is over, the group is not known (any more), or the producer ends. */
    void onEnd();
  }

  private static final long LOOK_MILLIS = 500;

  /** A look at most takes this part of the time. */
  private static final int SHARE = 4;

  private static final Logger log = LoggerFactory.getLogger(GroupWatch.class);

  private final int max;
  private final TaskStore store;
  private final Map<UUID, List<Place>> watching = new LinkedHashMap<>();
  private int count;
  private @Nullable ScheduledExecutorService timer; // null while stopped; must not be blocked
  private @Nullable ScheduledExecutorService looks; // as timer; blocks for the database

  GroupWatch(int max, TaskStore store) {
    this.max = max;
    this.store = store;
  }

  /**
   * Begins to watch a group, known or not.
   *
   * @param wait for so long; null is until the watcher leaves
   * @return leaves; may be called at any time, and again
   * @throws TooManyWaitersException if as many watch as may
   */
  public Runnable join(UUID group, @Nullable Duration wait, Watcher watcher) {
    Place place = new Place(group, watcher);
    synchronized (this) {
      if (timer != null) {
        if (count >= max) {
          throw new TooManyWaitersException(count);
        }
        if (wait != null) {
          place.timeout = timer.schedule(place::end, wait.toMillis(), TimeUnit.MILLISECONDS);
        }
        watching.computeIfAbsent(group, id -> new ArrayList<>(1)).add(place);
        count++;
        return place::leave;
      }
    }
    place.end();
    return place::leave;
  }

  /** How many watch. */
  public synchronized int count() {
    return count;
  }

  @Override
  public synchronized void start() {
    if (timer == null) {
      timer = Threads.scheduler("warren-groups");
      looks = Threads.scheduler("warren-groups-look");
      lookIn(LOOK_MILLIS);
    }
  }

  @Override
  public void stop() {
    List<Place> all;
    synchronized (this) {
      if (timer != null && looks != null) {
        timer.shutdownNow();
        looks.shutdown();
      }
      timer = null;
      looks = null;
      all = all();
    }
    all.forEach(Place::end);
  }

  @Override
  public synchronized boolean isRunning() {
    return timer != null;
  }

  private synchronized void lookIn(long millis) {
    ScheduledExecutorService running = looks;
    if (running != null) {
      try {
        running.schedule(this::lookAndGoOn, millis, TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        log.debug("nobody watches any more");
      }
    }
  }

  private void lookAndGoOn() {
    long began = System.nanoTime();
    try {
      look();
    } catch (StoreUnavailableException e) {
      log.debug("the database is away; who watches goes on", e);
    } catch (Throwable e) {
      log.error("watching groups goes on after", e);
    }
    long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
    lookIn(Math.max(LOOK_MILLIS, SHARE * took));
  }

  /** Looks at all groups that are watched. Blocks for the database. */
  void look() {
    for (UUID id : ids()) {
      TaskGroup group = store.findGroup(id).orElse(null);
      for (Place place : of(id)) {
        if (group == null) {
          place.end();
        } else {
          place.tell(group);
        }
      }
    }
  }

  private synchronized List<UUID> ids() {
    return List.copyOf(watching.keySet());
  }

  private synchronized List<Place> of(UUID group) {
    return List.copyOf(watching.getOrDefault(group, List.of()));
  }

  private synchronized List<Place> all() {
    List<Place> all = new ArrayList<>();
    watching.values().forEach(all::addAll);
    return all;
  }

  private synchronized void remove(Place place) {
    List<Place> all = watching.get(place.group);
    if (all != null && all.remove(place)) {
      count--;
      if (all.isEmpty()) {
        watching.remove(place.group);
      }
    }
  }

  /** Where one watches. */
  private final class Place {
    private final UUID group;
    private final Watcher watcher;
    private volatile @Nullable Future<?> timeout; // set once, before anybody else knows the place
    private @Nullable TaskGroup latest; // guarded by this, as over
    private boolean over;

    Place(UUID group, Watcher watcher) {
      this.group = group;
      this.watcher = watcher;
    }

    private synchronized void tell(TaskGroup now) {
      if (!over && !now.equals(latest)) {
        latest = now;
        call(() -> watcher.onChange(now));
      }
    }

    private void end() {
      synchronized (this) {
        if (!over) {
          over = true;
          call(watcher::onEnd);
        }
      }
      leave();
    }

    private void leave() {
      synchronized (this) {
        over = true;
      }
      Future<?> end = timeout;
      if (end != null) {
        end.cancel(false);
      }
      remove(this);
    }

    private void call(Runnable told) {
      try {
        told.run();
      } catch (RuntimeException e) {
        log.error("one who watches a group could not be told", e);
      }
    }
  }
}
