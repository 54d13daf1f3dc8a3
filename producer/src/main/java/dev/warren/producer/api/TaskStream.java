package dev.warren.producer.api;

import dev.warren.producer.dispatch.Waiters;
import dev.warren.producer.store.StoredTask;
import java.io.IOException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Writes a task's changes to one client.
 *
 * <ol>
 *   <li><b>I1</b> Nothing is written on the threads that tell of changes: a client that does not
 *       read would stop them.
 *   <li><b>I2</b> At most one write is under way. Meanwhile only the latest change is kept: a
 *       client that reads slowly misses some, but never the last one.
 *   <li><b>I3</b> After a finished task, or {@link #onEnd}, the stream ends.
 * </ol>
 *
 * Thread-safe; the fields are guarded by {@code this}.
 */
final class TaskStream implements Waiters.Waiter {

  private static final Logger log = LoggerFactory.getLogger(TaskStream.class);

  private final SseEmitter emitter;
  private final Executor writers;
  private @Nullable StoredTask next;
  private boolean beat;
  private boolean last;
  private boolean writing;

  /**
   * @param writers runs what may block
   */
  TaskStream(SseEmitter emitter, Executor writers) {
    this.emitter = emitter;
    this.writers = writers;
  }

  @Override
  public synchronized void onChange(StoredTask task) {
    next = task;
    last = task.state().isFinished();
    write();
  }

  @Override
  public synchronized void onEnd() {
    last = true;
    write();
  }

  /** Writes a comment, if nothing else is being written. */
  synchronized void beat() {
    if (!writing) {
      beat = true;
      write();
    }
  }

  private void write() {
    if (!writing) {
      writing = true;
      writers.execute(this::writeAll);
    }
  }

  private void writeAll() {
    try {
      for (Write write = take(); write != null; write = take()) {
        if (write.task() != null) {
          emitter.send(
              SseEmitter.event()
                  .name("task")
                  .data(TaskView.of(write.task()), MediaType.APPLICATION_JSON));
        } else if (write.beat()) {
          emitter.send(SseEmitter.event().comment(""));
        }
        if (write.last()) {
          emitter.complete();
          return; // and writing stays true: nothing is written any more
        }
      }
    } catch (IOException | IllegalStateException e) {
      log.debug("a client went away before the end of its events", e);
    } catch (RuntimeException e) {
      log.error("a stream of events ends too early", e);
      emitter.complete();
    }
  }

  /** What to write now. */
  private record Write(@Nullable StoredTask task, boolean beat, boolean last) {}

  private synchronized @Nullable Write take() {
    if (next == null && !beat && !last) {
      writing = false;
      return null;
    }
    Write write = new Write(next, beat, last);
    next = null;
    beat = false;
    return write;
  }
}
