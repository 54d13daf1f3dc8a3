package dev.warren.client;

import dev.warren.rabbit.Broker;
import dev.warren.rabbit.ControlPublisher;
import dev.warren.rabbit.Topology;
import dev.warren.wire.ControlRequest;
import dev.warren.wire.ControlRequest.ReplyTo;
import dev.warren.wire.WireFormat;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends commands to all workers, Warren's and Celery's. Thread-safe; never blocks. */
final class ControlSender implements AutoCloseable {

  /** Ids in one message, which then has some 200 kB. */
  static final int BATCH = 5_000;

  private static final Logger log = LoggerFactory.getLogger(ControlSender.class);

  private final ControlPublisher publisher;
  private final WireFormat wire;

  ControlSender(Broker broker, WireFormat wire) {
    this.publisher = new ControlPublisher(broker);
    this.wire = wire;
  }

  /**
   * Tells all workers that are connected right now not to begin these tasks. What goes wrong is
   * logged.
   *
   * @param terminate whether a task that runs is interrupted
   */
  void revoke(Collection<String> ids, boolean terminate) {
    for (List<String> batch : batches(ids)) {
      Map<String, Object> arguments = new LinkedHashMap<>();
      arguments.put("task_id", batch);
      arguments.put("terminate", terminate);
      arguments.put("signal", "SIGTERM");
      broadcast("revoke", arguments, null)
          .whenComplete(
              (done, failure) -> {
                if (failure != null) {
                  log.warn(
                      "workers were not told that {} tasks are revoked: {}",
                      batch.size(),
                      failure.toString());
                }
              });
    }
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
      String method, Map<String, Object> arguments, @Nullable ReplyTo replyTo) {
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
    publisher.close();
  }
}
