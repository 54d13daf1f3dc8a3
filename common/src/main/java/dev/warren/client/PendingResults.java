package dev.warren.client;

import dev.warren.WarrenException;
import dev.warren.WarrenException.ResultLostException;
import dev.warren.WarrenException.TaskLostException;
import dev.warren.control.LostTasks;
import dev.warren.control.LostTasks.Silent;
import dev.warren.rabbit.ReplyListener;
import dev.warren.wire.ReplyMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The handles that are not ready, by task id; bounded.
 *
 * <p>Who completes a handle removes it; a reply to none of them is the second one of a task that
 * ran twice, and ignored.
 */
final class PendingResults implements ReplyListener.Handler, LostTasks.Tracked {

  /** How often a handle that waits for room is looked at: whether it was cancelled. */
  private static final long LOOK_MILLIS = 100;

  private final ConcurrentMap<String, PendingResult<?>> byId = new ConcurrentHashMap<>();
  private final Semaphore room;
  private final int bound;

  PendingResults(int bound) {
    this.bound = bound;
    this.room = new Semaphore(bound);
  }

  /**
   * Adds a handle, once there is room for it; it leaves by itself when it completes. One that ends
   * while it waits for room is not added.
   *
   * @param longest longest wait for room; null waits for as long as it takes
   * @throws WarrenException if there is no room in time
   */
  void add(PendingResult<?> handle, @Nullable Duration longest) throws InterruptedException {
    if (longest == null) {
      while (!room.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        if (handle.hasEnded()) {
          return;
        }
      }
    } else if (!room.tryAcquire() && !room.tryAcquire(longest.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new WarrenException(
          "%d tasks of this client are unfinished and none ended within %s; wait for results, add workers or raise warren.max-pending"
              .formatted(bound, longest));
    }
    byId.put(handle.id(), handle);
    handle
        .future()
        .whenComplete(
            (value, failure) -> {
              byId.remove(handle.id());
              room.release();
            });
  }

  @Override
  public List<Silent> silentFor(Duration time) {
    long since = System.nanoTime() - time.toNanos();
    List<Silent> silent = new ArrayList<>();
    for (PendingResult<?> handle : byId.values()) {
      String queue = handle.queue();
      if (queue != null && handle.lastSign() - since <= 0) {
        silent.add(new Silent(handle.id(), queue, handle.lastSign()));
      }
    }
    return silent;
  }

  @Override
  public void lost(List<String> ids, String why) {
    for (String id : ids) {
      fail(
          id, new TaskLostException("task " + id + " is lost: " + why + "; submit the task again"));
    }
  }

  private void fail(String id, WarrenException failure) {
    PendingResult<?> handle = byId.get(id);
    if (handle != null) {
      handle.fail(failure);
    }
  }

  void failAll(Function<String, WarrenException> failure) {
    byId.forEach((id, handle) -> handle.fail(failure.apply(id)));
  }

  @Override
  public void onReply(ReplyMessage reply) {
    PendingResult<?> handle = byId.get(reply.taskId());
    if (handle != null) {
      handle.onReply(reply);
    }
  }

  @Override
  public void onRepliesLost(String why) {
    failAll(id -> new ResultLostException("the result of task " + id + " may be lost: " + why));
  }
}
