package dev.warren.rabbit;

import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Acks deliveries soon: those of a channel by one frame as far as their order allows, and those of
 * all channels by one write. Thread-safe; never blocks its callers.
 *
 * <ul>
 *   <li>A1: nothing is acked but what was asked for: an ack of several never covers a delivery that
 *       is not done.
 *   <li>A2: an ack is written within about {@link #PATIENCE}, and at once if the broker may be
 *       waiting for it: when a quarter of what the channel may have unsettled is done.
 *   <li>A3: {@link #close} writes what is left; what is done later is acked at once.
 * </ul>
 */
public final class Acks implements AutoCloseable {

  /** How long an ack may wait for others. */
  static final Duration PATIENCE = Duration.ofMillis(2);

  private static final Logger log = LoggerFactory.getLogger(Acks.class);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

  /** Channels with acks to write, each once. */
  private final BlockingQueue<Ledger> due = new LinkedBlockingQueue<>();

  private final Duration patience;
  private final Thread writer;
  private volatile boolean closed;

  /**
   * @param name of the thread that writes
   */
  public Acks(String name) {
    this(name, PATIENCE);
  }

  Acks(String name, Duration patience) {
    this.patience = patience;
    this.writer = Threads.named(name).newThread(this::writeAll);
    writer.start();
  }

  /**
   * Acks for a channel. It must be told of all that is delivered on it, in order.
   *
   * @param prefetch how many deliveries the broker lets be unsettled
   */
  public Ledger of(Channel channel, int prefetch) {
    Ledger ledger = new Ledger(channel);
    ledger.prefetch(prefetch);
    return ledger;
  }

  /** Writes what is left, for two seconds at most. */
  @Override
  public void close() {
    closed = true;
    writer.interrupt();
    Threads.join(writer, CLOSE_TIMEOUT);
  }

  private void writeAll() {
    while (!closed) {
      try {
        Ledger first = due.take();
        if (!first.isUrgent()) {
          LockSupport.parkNanos(patience.toNanos()); // until another one is
        }
        write(first);
      } catch (InterruptedException e) {
        break; // closed
      } catch (Throwable e) {
        log.error("the writer of acks goes on after", e);
      }
    }
    Ledger left = due.poll();
    if (left != null) {
      write(left);
    }
  }

  private void write(Ledger first) {
    try {
      FrameGuard.together(
          first.channel.getConnection(),
          () -> {
            for (Ledger next = first; next != null; next = due.poll()) {
              next.flush();
            }
          });
    } catch (IOException | AlreadyClosedException e) {
      log.debug("a connection ended before its acks were written; the broker delivers again");
    }
  }

  /** The deliveries of one channel. */
  public final class Ledger {

    private final Channel channel;
    private volatile int eager;
    private final Object writing = new Object(); // locked before this
    private final SortedSet<Long> open = new TreeSet<>(); // guarded by this
    private final SortedSet<Long> done = new TreeSet<>(); // likewise
    private boolean isDue; // likewise

    private Ledger(Channel channel) {
      this.channel = channel;
    }

    /** From now on the broker lets so many deliveries be unsettled. */
    public void prefetch(int count) {
      eager = Math.max(1, count / 4);
    }

    /** A delivery has come; called in the order of the tags. */
    public synchronized void delivered(long tag) {
      open.add(tag);
    }

    /** A delivery is done with; its ack is written soon. */
    public void ack(long tag) {
      boolean becomesDue;
      boolean urgent;
      synchronized (this) {
        open.remove(tag);
        done.add(tag);
        becomesDue = !isDue;
        isDue = true;
        urgent = done.size() >= eager;
      }
      if (becomesDue) {
        due.add(this);
      }
      if (closed) {
        flush(); // the writer may have ended before it could see this
      } else if (urgent) {
        LockSupport.unpark(writer);
      }
    }

    /** Gives a delivery back to the queue, at once. */
    public void giveBack(long tag) throws IOException {
      channel.basicNack(tag, false, true);
      synchronized (this) { // not before: what is open is not acked along with others
        open.remove(tag);
      }
    }

    private synchronized boolean isUrgent() {
      return done.size() >= eager;
    }

    /** Writes what is to be acked, now. */
    public void flush() {
      synchronized (writing) { // as an ack of several must not overtake one of more
        flush(takeDone());
      }
    }

    /** Takes what is done: up to a tag, all of it, and then some single ones. */
    private synchronized Done takeDone() {
      SortedSet<Long> together = open.isEmpty() ? done : done.headSet(open.first());
      long upTo = together.isEmpty() ? 0 : together.last();
      together.clear();
      List<Long> single = List.copyOf(done);
      done.clear();
      isDue = false;
      return new Done(upTo, single);
    }

    private void flush(Done taken) {
      try {
        if (taken.upTo() > 0) {
          channel.basicAck(taken.upTo(), true);
        }
        for (long tag : taken.single()) {
          channel.basicAck(tag, false);
        }
      } catch (IOException | AlreadyClosedException e) {
        log.debug("a channel ended before its acks were written; the broker delivers again");
      }
    }
  }

  /** All up to a tag, if that is not 0, and single ones. */
  private record Done(long upTo, List<Long> single) {}
}
