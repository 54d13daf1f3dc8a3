package dev.warren.producer.dispatch;

import dev.warren.producer.FailPoint;
import dev.warren.producer.store.Claim.Lease;
import dev.warren.producer.store.TaskStore;
import dev.warren.rabbit.Threads;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down, many at a time and a moment later, that the broker has tasks or that they must be
 * tried again. Nobody waits for that: until it is written, the lease keeps others away; should this
 * process die before, the task is published again, which at-least-once allows.
 *
 * <p>While the database is away the marks are kept, {@value #MOST} of them; what is beyond is
 * dropped, which again means a second publish.
 */
final class Marks implements AutoCloseable {

  private static final int MOST = 200_000;
  private static final int MOST_AT_ONCE = 1000;
  private static final Duration GATHER = Duration.ofMillis(20);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final int IDLE_MILLIS = 200;
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
  private static final Logger log = LoggerFactory.getLogger(Marks.class);

  private record Mark(Lease lease, boolean sent, Instant until) {}

  private final TaskStore store;
  private final Clock clock;
  private final LinkedBlockingQueue<Mark> waiting = new LinkedBlockingQueue<>(MOST);
  private final Thread thread;
  private volatile boolean closed;

  Marks(TaskStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
    this.thread = Threads.named("warren-marks").newThread(this::run);
    thread.start();
  }

  /** The broker has it. */
  void sent(Lease lease) {
    offer(new Mark(lease, true, Instant.EPOCH));
  }

  /** It is to be tried again at a moment. */
  void postponed(Lease lease, Instant until) {
    offer(new Mark(lease, false, until));
  }

  private void offer(Mark mark) {
    if (!waiting.offer(mark)) {
      log.debug("too many marks wait for the database; task {} may be sent twice", mark.lease.id());
    }
  }

  private void run() {
    List<Mark> batch = new ArrayList<>();
    while (!closed || !waiting.isEmpty() || !batch.isEmpty()) {
      try {
        Mark first =
            batch.isEmpty() ? waiting.poll(closed ? 0 : IDLE_MILLIS, TimeUnit.MILLISECONDS) : null;
        if (first != null) {
          batch.add(first);
          if (!closed) {
            TimeUnit.NANOSECONDS.sleep(GATHER.toNanos());
          }
          waiting.drainTo(batch, MOST_AT_ONCE - 1);
        }
        if (!batch.isEmpty()) {
          write(batch);
          batch.clear();
        }
      } catch (InterruptedException e) {
        closed = true;
      } catch (Throwable e) {
        if (closed) {
          return; // the leases end, and others go on
        }
        log.debug("marks are kept until the database takes them", e);
        pause();
      }
    }
  }

  private void write(Collection<Mark> batch) {
    List<Lease> sent = batch.stream().filter(Mark::sent).map(Mark::lease).toList();
    if (!sent.isEmpty()) {
      store.sent(sent, clock.instant());
      FailPoint.S4_MARKED.hit();
    }
    List<Mark> postponed = batch.stream().filter(mark -> !mark.sent).toList();
    if (!postponed.isEmpty()) {
      Instant until = postponed.get(postponed.size() - 1).until;
      store.postpone(postponed.stream().map(Mark::lease).toList(), until);
    }
  }

  private void pause() {
    try {
      TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
    } catch (InterruptedException e) {
      closed = true;
    }
  }

  /** Writes what waits, and ends; waits for that for some seconds. */
  @Override
  public void close() {
    closed = true; // no interrupt: in the middle of a write it would close H2's file
    Threads.join(thread, CLOSE_LIMIT);
  }
}
