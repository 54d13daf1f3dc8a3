package dev.warren.producer.dispatch;

import dev.warren.producer.FailPoint;
import dev.warren.producer.store.Claim;
import dev.warren.producer.store.Claim.Lease;
import dev.warren.producer.store.Moments;
import dev.warren.producer.store.StoreUnavailableException;
import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskOptions;
import dev.warren.producer.store.TaskStore;
import dev.warren.rabbit.PublishOutcome;
import dev.warren.rabbit.TaskSender;
import dev.warren.rabbit.Threads;
import dev.warren.wire.TaskMessage;
import dev.warren.wire.WireFormat;
import dev.warren.wire.WireMessage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * Publishes tasks from the store, and knows which are on their way to the broker. Thread-safe.
 *
 * <p>Whoever publishes a task holds a lease on it, short enough that another producer takes over
 * soon after a crash. While the broker is slow to confirm, leases are renewed, so that nobody
 * publishes a second time what is merely slow.
 */
final class TaskPublisher implements AutoCloseable {

  /** How long after a producer's death another one takes over what it was publishing. */
  static final Duration LEASE = Duration.ofSeconds(4);

  private static final Duration RENEW_EVERY = Duration.ofMillis(500);
  private static final Duration RENEW_BEFORE = Duration.ofMillis(2500);
  private static final Logger log = LoggerFactory.getLogger(TaskPublisher.class);

  /** Writes a message to a queue, as {@link TaskSender#send(String, WireMessage)} does. */
  @FunctionalInterface
  interface Sender {
    CompletableFuture<PublishOutcome> send(String queue, WireMessage message);
  }

  private final Sender sender;
  private final WireFormat wire;
  private final Supplier<String> replyQueue;
  private final TaskStore store;
  private final Clock clock;
  private final ConcurrentMap<UUID, Lease> inFlight = new ConcurrentHashMap<>();
  private final ScheduledExecutorService renewing = Threads.scheduler("warren-leases");
  private volatile Renewal renewal = new Renewal(Set.of(), new CompletableFuture<>());

  TaskPublisher(
      Sender sender, WireFormat wire, Supplier<String> replyQueue, TaskStore store, Clock clock) {
    this.sender = sender;
    this.wire = wire;
    this.replyQueue = replyQueue;
    this.store = store;
    this.clock = clock;
  }

  /** Starts to renew leases. */
  void start() {
    renewing.scheduleWithFixedDelay(
        this::renewGuarded, RENEW_EVERY.toMillis(), RENEW_EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    renewing.shutdown();
  }

  /** When a lease that is taken now ends. */
  Instant leaseEnd() {
    return Moments.micros(clock.instant().plus(LEASE));
  }

  /**
   * The message of a task.
   *
   * @throws dev.warren.WarrenException.EncodingException if it is too large
   */
  WireMessage message(Claim claim) {
    StoredTask task = claim.task();
    TaskMessage message =
        task.part() == null ? plain(claim) : PartMessage.of(claim, task.part(), wire.mapper());
    TaskOptions options = task.options();
    return wire.writeTask(
        message
            .replyingTo(replyQueue.get())
            .expiringAt(options.expires())
            .withPriority(options.priority())
            .softlyLimitedTo(options.softTimeLimit())
            .limitedTo(options.timeLimit())
            .retriedTimes(task.attempts())
            .trackingStart()
            .bundlingReplies());
  }

  private TaskMessage plain(Claim claim) {
    List<JsonNode> args = new ArrayList<>();
    wire.mapper().readTree(claim.args()).forEach(args::add);
    Map<String, JsonNode> kwargs = new LinkedHashMap<>();
    wire.mapper()
        .readTree(claim.kwargs())
        .properties()
        .forEach(field -> kwargs.put(field.getKey(), field.getValue()));
    return TaskMessage.of(claim.task().id().toString(), claim.task().task(), args, kwargs);
  }

  /**
   * Publishes a task whose lease is held.
   *
   * @return the broker's answer, and the lease as it is then; fails as {@link TaskSender#send}
   */
  CompletableFuture<Answer> publish(Lease lease, String queue, WireMessage message) {
    inFlight.put(lease.id(), lease);
    CompletableFuture<PublishOutcome> answered;
    try {
      answered = sender.send(queue, message);
    } catch (RuntimeException e) {
      answered = CompletableFuture.failedFuture(e);
    }
    FailPoint.S3_PUBLISHED.hit();
    return answered
        .handle(
            (outcome, failure) -> {
              Lease now = inFlight.remove(lease.id());
              return new Answer(now == null ? lease : now, outcome, Failures.cause(failure));
            })
        .thenCompose(this::afterRenewal);
  }

  /** An answer that comes in the middle of its lease's renewal counts for the renewed one. */
  private CompletableFuture<Answer> afterRenewal(Answer answer) {
    UUID id = answer.lease().id();
    Renewal now = renewal;
    return now.ids().contains(id)
        ? now.renewed()
            .thenApply(
                leases ->
                    new Answer(
                        leases.getOrDefault(id, answer.lease()),
                        answer.outcome(),
                        answer.failure()))
        : CompletableFuture.completedFuture(answer);
  }

  /**
   * Leases that are being renewed, and what becomes of them.
   *
   * @param renewed completes with those that were renewed; never fails
   */
  private record Renewal(Set<UUID> ids, CompletableFuture<Map<UUID, Lease>> renewed) {}

  /**
   * What became of one publish.
   *
   * @param lease the lease, which may have been renewed
   * @param outcome the broker's answer; null if there is a failure
   * @param failure why nothing was written; null if there is an outcome
   */
  record Answer(Lease lease, @Nullable PublishOutcome outcome, @Nullable Throwable failure) {}

  /**
   * Whether this producer is publishing it right now, and was slow to renew its lease; then it goes
   * on with the new one.
   */
  boolean adopts(Lease lease) {
    return inFlight.computeIfPresent(lease.id(), (id, old) -> lease) != null;
  }

  private void renewGuarded() {
    try {
      renew();
    } catch (StoreUnavailableException e) {
      log.debug("leases are not renewed while the database is away", e);
    } catch (Throwable e) {
      log.error("the renewal of leases goes on after", e);
    }
  }

  /** Renews the leases that would end soon. */
  private void renew() {
    Instant soon = clock.instant().plus(RENEW_BEFORE);
    Map<UUID, Lease> ending = new HashMap<>(inFlight);
    ending.values().removeIf(lease -> !lease.until().isBefore(soon));
    if (ending.isEmpty()) {
      return;
    }
    Renewal now = new Renewal(Set.copyOf(ending.keySet()), new CompletableFuture<>());
    renewal = now; // before the next look: an answer is either seen there, or sees this
    Map<UUID, Lease> renewed = new HashMap<>();
    try {
      ending.keySet().retainAll(inFlight.keySet());
      log.debug("{} tasks wait for the broker's confirm; their leases are renewed", ending.size());
      for (Lease lease : store.renew(ending.values(), leaseEnd())) {
        renewed.put(lease.id(), lease);
        inFlight.computeIfPresent(lease.id(), (id, old) -> lease);
      }
    } finally {
      now.renewed().complete(renewed);
    }
  }
}
