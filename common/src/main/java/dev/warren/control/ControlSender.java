package dev.warren.control;

import dev.warren.WarrenException;
import dev.warren.WarrenException.BrokerUnavailableException;
import dev.warren.rabbit.Broker;
import dev.warren.rabbit.ControlPublisher;
import dev.warren.rabbit.Topology;
import dev.warren.wire.ControlRequest;
import dev.warren.wire.ControlRequest.ReplyTo;
import dev.warren.wire.WireFormat;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends commands to all workers, Warren's and Celery's. Thread-safe; never blocks. */
public final class ControlSender implements AutoCloseable {

  /** Ids in one message, which then has some 200 kB. */
  static final int BATCH = 5_000;

  /** As many as a worker remembers. */
  private static final int MOST_REVOKED = 100_000;

  /** How often, and how long apart, a broker that does not answer is told. */
  private static final int ATTEMPTS = 60;

  private static final Duration PAUSE = Duration.ofSeconds(2);

  private static final Logger log = LoggerFactory.getLogger(ControlSender.class);

  private final Broker broker;
  private final ControlPublisher publisher;
  private final WireFormat wire;

  /** Ids that no message has taken along yet; guarded by itself. */
  private final List<String> revoked = new ArrayList<>();

  /** Messages that wait to be written: as many as the ids above need. Guarded by them. */
  private int waiting;

  /** Ids that are told again in a moment. */
  private final AtomicInteger toTellAgain = new AtomicInteger();

  private volatile boolean isDeclared;
  private volatile boolean closed;

  /** Sends over a broker's publishing connection. */
  public ControlSender(Broker broker, WireFormat wire) {
    this.broker = broker;
    this.publisher = new ControlPublisher(broker);
    this.wire = wire;
  }

  /**
   * Tells all workers not to begin these tasks, and to interrupt those that run: at once those that
   * are connected right now; others hear of it before they take tasks, for a week. What goes wrong
   * is logged; a broker that is away is told again for two minutes.
   *
   * <p>What comes while a message waits to be written goes along with it: a caller may revoke any
   * number of tasks one by one.
   */
  public void revoke(Collection<String> ids) {
    int untold;
    int messages;
    synchronized (revoked) {
      int room = MOST_REVOKED - revoked.size();
      untold = Math.max(0, ids.size() - room);
      ids.stream().limit(room).forEach(revoked::add);
      messages = (revoked.size() + BATCH - 1) / BATCH - waiting;
      waiting += messages;
    }
    if (untold > 0) {
      logUntold(untold, MOST_REVOKED + " wait for the broker already");
    }
    for (int i = 0; i < messages; i++) {
      publishRevoked(new ArrayList<>(), 1);
    }
  }

  private void publishRevoked(List<String> batch, int attempt) {
    // First for those that are not connected right now: a worker that connects meanwhile listens
    // before it reads, and so hears of it there or here.
    publisher
        .publish(
            "",
            Topology.REVOCATIONS,
            () -> {
              declareRevocations();
              return wire.writeControl(revocation(filled(batch)));
            })
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                log.debug("revocations are not in the stream", failure);
              }
            });
    publisher
        .publish(Topology.CONTROL_EXCHANGE, "", () -> wire.writeControl(revocation(filled(batch))))
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                again(filled(batch), attempt, failure);
              }
            });
  }

  /** The broker may be away: it is told once more, for a while. */
  private void again(List<String> batch, int attempt, Throwable failure) {
    if (attempt >= ATTEMPTS || closed || toTellAgain.get() >= MOST_REVOKED) {
      logUntold(batch.size(), failure.toString());
      return;
    }
    toTellAgain.addAndGet(batch.size());
    CompletableFuture.delayedExecutor(PAUSE.toMillis(), TimeUnit.MILLISECONDS)
        .execute(
            () -> {
              toTellAgain.addAndGet(-batch.size());
              publishRevoked(batch, attempt + 1);
            });
  }

  /** On the publisher's thread. A stream that is not this user's to make is the workers' affair. */
  private void declareRevocations() {
    if (!isDeclared) {
      try {
        Topology.declareRevocations(broker.consuming().connection());
        isDeclared = true;
      } catch (IOException | TimeoutException | BrokerUnavailableException e) {
        log.debug("the stream of revocations is not made yet: {}", e.toString());
      } catch (WarrenException e) {
        isDeclared = true;
        log.debug("the stream of revocations is not made here: {}", e.toString());
      }
    }
  }

  /** Takes the ids once, whichever of a batch's messages is made first. */
  private List<String> filled(List<String> batch) {
    synchronized (batch) {
      if (batch.isEmpty()) {
        batch.addAll(takeRevoked());
      }
      return batch;
    }
  }

  private List<String> takeRevoked() {
    synchronized (revoked) {
      List<String> oldest = revoked.subList(0, Math.min(BATCH, revoked.size()));
      List<String> taken = List.copyOf(oldest);
      oldest.clear();
      waiting--;
      return taken;
    }
  }

  private static ControlRequest revocation(List<String> ids) {
    Map<String, Object> arguments = new LinkedHashMap<>();
    arguments.put("task_id", ids);
    arguments.put("terminate", true);
    arguments.put("signal", "SIGTERM");
    return ControlRequest.toAll("revoke", arguments, null);
  }

  private static void logUntold(int tasks, String why) {
    log.warn("workers were not told that {} tasks are revoked: {}", tasks, why);
  }

  /**
   * Asks all workers which of these tasks they hold.
   *
   * @param ids at most {@link #BATCH}
   * @return completes when the broker has taken the question; exceptionally if that is not known
   */
  CompletableFuture<Void> queryTasks(Collection<String> ids, ReplyTo replyTo) {
    return broadcast("query_task", Map.of("ids", List.copyOf(ids)), replyTo);
  }

  /** Asks all workers which queues they consume; as {@link #queryTasks}. Celery's answer. */
  CompletableFuture<Void> queryQueues(ReplyTo replyTo) {
    return broadcast("active_queues", Map.of(), replyTo);
  }

  private CompletableFuture<Void> broadcast(
      String method, Map<String, Object> arguments, ReplyTo replyTo) {
    ControlRequest request = ControlRequest.toAll(method, arguments, replyTo);
    return publisher.publish(Topology.CONTROL_EXCHANGE, "", () -> wire.writeControl(request));
  }

  static List<List<String>> batches(Collection<String> ids) {
    List<String> all = new ArrayList<>(ids);
    List<List<String>> batches = new ArrayList<>();
    for (int from = 0; from < all.size(); from += BATCH) {
      batches.add(all.subList(from, Math.min(all.size(), from + BATCH)));
    }
    return batches;
  }

  /** Sends what waits, which takes 2 s at most. */
  @Override
  public void close() {
    closed = true;
    publisher.close();
  }
}
