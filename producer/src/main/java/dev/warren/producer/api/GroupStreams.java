package dev.warren.producer.api;

import dev.warren.producer.GroupProperties;
import dev.warren.producer.ProducerProperties;
import dev.warren.producer.dispatch.GroupWatch;
import dev.warren.producer.store.StoreUnavailableException;
import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskGroup;
import dev.warren.producer.store.TaskStore;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes what becomes of groups to clients, as it comes, on the thread of their call: so that a
 * client that does not read stops nobody else, and memory stays the same however many items there
 * are. Thread-safe.
 *
 * <ol>
 *   <li><b>I1</b> At most {@code warren.producer.max-group-streams} are written at a time.
 *   <li><b>I2</b> A stream ends with what it tells of, with its client, which is noticed within a
 *       heartbeat, or with this producer.
 *   <li><b>I3</b> Once a stream has begun, a failure is no part of it: while the database is away
 *       nothing comes.
 * </ol>
 */
@Component
final class GroupStreams {

  private static final int ITEMS_AT_ONCE = 100;
  private static final int MOST_PARTS_AT_ONCE = 32;
  private static final byte[] BLANK_LINE = {'\n'};
  private static final byte[] COMMENT = ":\n\n".getBytes(StandardCharsets.UTF_8);
  private static final Logger log = LoggerFactory.getLogger(GroupStreams.class);

  private final TaskStore store;
  private final Reads reads;
  private final GroupLookup groups;
  private final GroupWatch watch;
  private final JsonMapper json;
  private final Duration heartbeat;
  private final int max;
  private final Semaphore free;

  GroupStreams(
      TaskStore store,
      Reads reads,
      GroupLookup groups,
      GroupWatch watch,
      JsonMapper json,
      ProducerProperties properties,
      GroupProperties groupProperties) {
    this.store = store;
    this.reads = reads;
    this.groups = groups;
    this.watch = watch;
    this.json = json;
    this.heartbeat = properties.heartbeat();
    this.max = groupProperties.maxGroupStreams();
    this.free = new Semaphore(max);
  }

  /** How many parts to read in one go: with some items, however few of these a part has. */
  static int partsAtOnce(TaskGroup group) {
    return Math.max(1, Math.min(MOST_PARTS_AT_ONCE, ITEMS_AT_ONCE / group.chunkSize()));
  }

  /** How many streams could begin. */
  int free() {
    return free.availablePermits();
  }

  /**
   * Writes the outcomes of all items from one on, in order, each in a line.
   *
   * @param patience ends it after so long without an outcome; null is never
   */
  void results(UUID id, int from, @Nullable Duration patience, HttpServletResponse response)
      throws IOException {
    stream(id, MediaType.APPLICATION_NDJSON, response, new Results(from, patience));
  }

  /** Writes an event for each change. */
  void events(UUID id, HttpServletResponse response) throws IOException {
    stream(id, MediaType.TEXT_EVENT_STREAM, response, this::writeEvents);
  }

  private interface Writing {
    void run(TaskGroup group, LatestGroup news, OutputStream out)
        throws IOException, InterruptedException;
  }

  private void stream(UUID id, MediaType type, HttpServletResponse response, Writing writing)
      throws IOException {
    if (!free.tryAcquire()) {
      throw new ProblemException(
              Problem.TOO_MANY_WAITERS,
              "%d groups are being streamed, as many as may (warren.producer.max-group-streams)"
                  .formatted(max))
          .retryAfter(ProblemAdvice.SOON);
    }
    try {
      LatestGroup news = new LatestGroup();
      Runnable leave = watch.join(id, null, news);
      try {
        TaskGroup group = groups.find(id);
        response.setContentType(type.toString());
        response.setHeader("X-Accel-Buffering", "no"); // a proxy in between must not collect it
        response.flushBuffer();
        writing.run(group, news, response.getOutputStream());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (IOException e) {
        log.debug("a client went away before the end of its stream", e);
      } finally {
        leave.run();
      }
    } finally {
      free.release();
    }
  }

  // --- events ------------------------------------------------------------------------------------

  private void writeEvents(TaskGroup group, LatestGroup news, OutputStream out)
      throws IOException, InterruptedException {
    TaskGroup told = group;
    writeEvent(told, out);
    while (!told.isFinished() && !news.isOver()) {
      TaskGroup now = news.next(heartbeat);
      if (now == null) {
        write(COMMENT, out);
      } else if (!now.equals(told)) {
        writeEvent(now, out);
        told = now;
      }
    }
  }

  private void writeEvent(TaskGroup group, OutputStream out) throws IOException {
    String data = json.writeValueAsString(GroupView.of(group));
    write(("event: group\ndata: " + data + "\n\n").getBytes(StandardCharsets.UTF_8), out);
  }

  private static void write(byte[] bytes, OutputStream out) throws IOException {
    out.write(bytes);
    out.flush();
  }

  // --- results -----------------------------------------------------------------------------------

  /** One stream of results. */
  private final class Results implements Writing {

    private final @Nullable Duration patience;
    private int next;
    private long heard = System.nanoTime();

    Results(int from, @Nullable Duration patience) {
      this.next = from;
      this.patience = patience;
    }

    @Override
    public void run(TaskGroup group, LatestGroup news, OutputStream out)
        throws IOException, InterruptedException {
      boolean readAll = writeDone(group, out);
      TaskGroup now = group;
      while (next < group.items() && !(now.isFinished() && readAll) && !isSilent()) {
        if (news.isOver()) {
          return;
        }
        TaskGroup latest = news.next(untilHeartbeat());
        if (latest == null) {
          write(BLANK_LINE, out);
        } else {
          now = latest;
        }
        if (latest != null || !readAll) {
          readAll = writeDone(now, out);
        }
      }
    }

    /**
     * Writes what is done, up to the first item that is not.
     *
     * @return false if the database did not tell
     */
    private boolean writeDone(TaskGroup group, OutputStream out) throws IOException {
      try {
        boolean more = true;
        while (more && next < group.items()) {
          int begin = next;
          List<StoredTask> parts =
              reads.call(() -> store.parts(group.id(), begin, partsAtOnce(group)));
          more = writeDone(parts, out) && next > begin;
        }
        return true;
      } catch (StoreUnavailableException | ProblemException e) {
        log.debug("the results of group {} wait for the database", group.id(), e);
        return false;
      }
    }

    private boolean writeDone(List<StoredTask> parts, OutputStream out) throws IOException {
      StringBuilder lines = new StringBuilder();
      boolean allDone = true;
      for (StoredTask part : parts) {
        for (ItemOutcome item : ItemOutcome.of(part)) {
          allDone &= item.isDone();
          if (allDone && item.index() == next) {
            lines.append(item.json()).append('\n');
            next++;
          }
        }
      }
      if (!lines.isEmpty()) {
        write(lines.toString().getBytes(StandardCharsets.UTF_8), out);
        heard = System.nanoTime();
      }
      return allDone;
    }

    private boolean isSilent() {
      return patience != null && System.nanoTime() - heard >= patience.toNanos();
    }

    private Duration untilHeartbeat() {
      if (patience == null) {
        return heartbeat;
      }
      Duration left = patience.minusNanos(System.nanoTime() - heard);
      return left.compareTo(heartbeat) < 0 ? left : heartbeat;
    }
  }
}
