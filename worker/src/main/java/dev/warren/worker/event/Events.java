package dev.warren.worker.event;

import dev.warren.WarrenException.BrokerUnavailableException;
import dev.warren.rabbit.Broker;
import dev.warren.rabbit.EventPublisher;
import dev.warren.rabbit.Reason;
import dev.warren.rabbit.Threads;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * Sends a worker's events, as Celery does: its own at once, and every two seconds that it lives;
 * those of tasks in batches. Thread-safe.
 *
 * <ul>
 *   <li>E1: Nobody waits for an event. All are published on one thread, this one's own.
 *   <li>E2: Memory is bounded: what does not fit, or finds no broker, is dropped and counted.
 *   <li>E3: A broker that takes no events is told of once, and tried again every 10 s.
 * </ul>
 */
public final class Events implements AutoCloseable {

  /** Between two heartbeats, in seconds. */
  private static final double FREQUENCY = 2.0;

  static final int BATCH = 100;
  static final int MOST_WAITING = 4_000;
  private static final Duration TICK = Duration.ofMillis(500);
  private static final int TICKS_OF_A_HEARTBEAT = 4;
  private static final Duration PAUSE = Duration.ofSeconds(10);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);
  private static final Logger log = LoggerFactory.getLogger(Events.class);

  private final EventPublisher publisher;
  private final JsonMapper mapper;
  private final String worker;
  private final LamportClock clock;
  private final Supplier<Map<String, Object>> load;
  private final ScheduledExecutorService thread = Threads.scheduler("warren-events");
  private final BlockingQueue<Map<String, @Nullable Object>> waiting =
      new ArrayBlockingQueue<>(MOST_WAITING);
  private final AtomicBoolean flushing = new AtomicBoolean(); // a flush ahead of time is on its way
  private final AtomicLong dropped = new AtomicLong();

  // the thread's
  private int ticks;
  private long pausedUntil = System.nanoTime();
  private boolean told;
  private boolean toldDropped;

  /**
   * @param load the worker's own figures, for its heartbeat
   */
  public Events(
      Broker broker,
      JsonMapper mapper,
      String worker,
      LamportClock clock,
      Supplier<Map<String, Object>> load) {
    this.publisher = new EventPublisher(broker);
    this.mapper = mapper;
    this.worker = worker;
    this.clock = clock;
    this.load = load;
  }

  /** From now on the worker is seen. */
  public void start() {
    thread.scheduleWithFixedDelay(this::tick, 0, TICK.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Tells soon that the worker lives, and who it is. */
  public void heartbeat() {
    execute(() -> sendNow("worker-heartbeat"));
  }

  /** Tells soon that the worker is there. */
  public void online() {
    execute(() -> sendNow("worker-online"));
  }

  /** Sends an event of a task within half a second, or drops it. */
  void ofTask(String type, Map<String, @Nullable Object> fields) {
    if (!waiting.offer(event(type, fields))) {
      dropped.incrementAndGet();
    } else if (waiting.size() >= BATCH && flushing.compareAndSet(false, true)) {
      execute(
          () -> {
            flushing.set(false);
            flush();
          });
    }
  }

  private Map<String, @Nullable Object> event(String type, Map<String, ?> fields) {
    Map<String, @Nullable Object> event = new LinkedHashMap<>();
    event.put("type", type);
    event.put("hostname", worker);
    event.put("timestamp", System.currentTimeMillis() / 1_000.0);
    event.put("utcoffset", Machine.hoursWestOfUtc());
    event.put("pid", ProcessHandle.current().pid());
    event.put("clock", clock.forward());
    event.putAll(fields);
    return event;
  }

  private void execute(Runnable work) {
    try {
      thread.execute(() -> guarded(work));
    } catch (RejectedExecutionException e) {
      log.debug("the worker has stopped");
    }
  }

  // --- on the thread -----------------------------------------------------------------------------

  private void tick() {
    guarded(
        () -> {
          if (ticks++ % TICKS_OF_A_HEARTBEAT == 0) {
            sendNow("worker-heartbeat");
          }
          flush();
        });
  }

  private static void guarded(Runnable work) {
    try {
      work.run();
    } catch (Throwable e) {
      log.error("an event is not sent", e);
    }
  }

  private void sendNow(String type) {
    attempt(() -> publisher.publish(key(type), worker, ofWorker(type)));
  }

  private static String key(String type) {
    return type.replace('-', '.');
  }

  private byte[] ofWorker(String type) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("freq", FREQUENCY);
    fields.putAll(load.get());
    fields.put("loadavg", Machine.load());
    fields.putAll(Machine.software());
    return mapper.writeValueAsBytes(event(type, fields));
  }

  private void flush() {
    while (!waiting.isEmpty()) {
      List<Map<String, @Nullable Object>> batch = new ArrayList<>(BATCH);
      waiting.drainTo(batch, BATCH);
      if (!attempt(
          () -> publisher.publish("task.multi", worker, mapper.writeValueAsBytes(batch)))) {
        dropped.addAndGet(batch.size());
      }
    }
    tellDropped();
  }

  private interface Sending {
    void send() throws IOException;
  }

  private boolean attempt(Sending sending) {
    if (System.nanoTime() - pausedUntil < 0) {
      return false;
    }
    try {
      if (publisher.open()) {
        publisher.publish(key("worker-online"), worker, ofWorker("worker-online"));
      }
      sending.send();
      return true;
    } catch (BrokerUnavailableException e) {
      log.debug("an event is dropped: {}", e.getMessage());
    } catch (IOException | TimeoutException | RuntimeException e) {
      pausedUntil = System.nanoTime() + PAUSE.toNanos();
      if (told) {
        log.debug("events cannot be sent: {}", Reason.of(e));
      } else {
        log.warn("events cannot be sent, tasks go on without: {}", Reason.of(e));
        told = true;
      }
    }
    return false;
  }

  /** Once: one line tells enough. */
  private void tellDropped() {
    long now = dropped.get();
    if (now > 0 && !toldDropped) {
      log.warn("events of tasks are dropped, {} so far: the broker does not take them", now);
      toldDropped = true;
    }
  }

  /** Events of tasks that were not sent. */
  public long dropped() {
    return dropped.get();
  }

  /** Says that the worker goes, after what waits. Takes 2 s at most. */
  @Override
  public void close() {
    execute(
        () -> {
          flush();
          sendNow("worker-offline");
          publisher.close();
        });
    thread.shutdown();
    try {
      if (!thread.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      thread.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
