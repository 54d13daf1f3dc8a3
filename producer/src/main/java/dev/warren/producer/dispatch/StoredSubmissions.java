package dev.warren.producer.dispatch;

import dev.warren.WarrenException;
import dev.warren.WarrenException.BrokerUnavailableException;
import dev.warren.WarrenException.EncodingException;
import dev.warren.producer.FailPoint;
import dev.warren.producer.dispatch.NotAcceptedException.Reason;
import dev.warren.producer.store.Claim;
import dev.warren.producer.store.Idempotency;
import dev.warren.producer.store.Moments;
import dev.warren.producer.store.NewRow;
import dev.warren.producer.store.StoreUnavailableException;
import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskId;
import dev.warren.producer.store.TaskOptions;
import dev.warren.producer.store.TaskState;
import dev.warren.producer.store.TaskStore;
import dev.warren.producer.store.TaskStore.Earlier;
import dev.warren.rabbit.Broker;
import dev.warren.rabbit.PublishOutcome;
import dev.warren.rabbit.Threads;
import dev.warren.wire.WireMessage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Takes tasks: stores, publishes, answers.
 *
 * <ol>
 *   <li><b>I1</b> A task is committed, with its place in the outbox, before it is published (G1).
 *   <li><b>I2</b> "Not accepted" is said only when it is committed that the task is gone, and
 *       before that nobody but this class published it (G2).
 *   <li><b>I3</b> Whatever is neither certainly taken nor certainly refused by the broker stays,
 *       and the {@link Relay} publishes it again.
 *   <li><b>I4</b> Nobody waits longer than the database's and the broker's limits: {@link
 *       #PATIENCE} for a confirm, then the stored task is word enough.
 * </ol>
 */
final class StoredSubmissions implements Submissions, AutoCloseable {

  /** How long a caller waits for the broker's confirm. */
  static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final int BATCH = 500;
  private static final int LOOK_AGAIN_MILLIS = 50;

  private final Supplier<Broker.State> broker;
  private final Consumer<String> missingQueue;
  private final TaskPublisher publisher;
  private final Marks marks;
  private final TaskStore store;
  private final Occupancy occupancy;
  private final JsonMapper json;
  private final Clock clock;
  private final Executor blocking;
  private final Batcher<NewRow, Optional<Earlier>> adding;
  private final Batcher<UUID, Boolean> withdrawing;
  private final Batcher<UUID, Boolean> accepting;
  private final ScheduledExecutorService patience = Threads.scheduler("warren-accept-limit");
  private volatile boolean draining;

  /**
   * @param missingQueue sees to it, in the background, that a queue that is gone is declared again
   * @param blocking runs what blocks for the database
   */
  StoredSubmissions(
      Supplier<Broker.State> broker,
      Consumer<String> missingQueue,
      TaskPublisher publisher,
      Marks marks,
      TaskStore store,
      Occupancy occupancy,
      JsonMapper json,
      Clock clock,
      Executor blocking) {
    this.broker = broker;
    this.missingQueue = missingQueue;
    this.publisher = publisher;
    this.marks = marks;
    this.store = store;
    this.occupancy = occupancy;
    this.json = json;
    this.clock = clock;
    this.blocking = blocking;
    this.adding = new Batcher<>("warren-store-add", BATCH, this::add);
    this.withdrawing = new Batcher<>("warren-store-withdraw", BATCH, this::withdraw);
    this.accepting = new Batcher<>("warren-store-accept", BATCH, this::accept);
  }

  @Override
  public CompletableFuture<Submitted> submit(NewTask task, @Nullable Idempotency idempotency) {
    try {
      FailPoint.S1_RECEIVED.hit();
      requireOpen();
      return begin(
          task.task(),
          task.queue(),
          task.options(),
          json.writeValueAsString(task.args()),
          json.writeValueAsString(task.kwargs()),
          idempotency);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public CompletableFuture<@Nullable Submitted> again(
      StoredTask finished, @Nullable Idempotency idempotency) {
    return CompletableFuture.supplyAsync(() -> store.content(finished.id()), blocking)
        .thenCompose(
            found -> {
              if (found.isEmpty()) {
                return CompletableFuture.completedFuture(null);
              }
              requireOpen();
              return begin(
                  finished.task(),
                  finished.queue(),
                  Again.options(finished.options()),
                  found.get().args(),
                  found.get().kwargs(),
                  idempotency);
            });
  }

  /** From now on nothing is accepted. */
  void drain() {
    draining = true;
  }

  @Override
  public void close() {
    draining = true;
    adding.close();
    withdrawing.close();
    accepting.close();
    patience.shutdownNow();
  }

  private void requireOpen() {
    if (draining) {
      throw new NotAcceptedException(Reason.DRAINING, "this producer is about to end");
    }
    occupancy.require(1);
  }

  private CompletableFuture<Submitted> begin(
      String name,
      String queue,
      TaskOptions options,
      String args,
      String kwargs,
      @Nullable Idempotency idempotency) {
    Instant now = Moments.micros(clock.instant());
    UUID id = TaskId.next(now.toEpochMilli());
    StoredTask task = StoredTask.submitted(id, name, queue, options, now, null);
    boolean later = task.state() == TaskState.SCHEDULED;
    if (!later) {
      requireBroker();
    }
    Claim claim = new Claim(task, args, kwargs, publisher.leaseEnd());
    WireMessage message = publisher.message(claim); // before it is stored: it may be too large
    Instant publishAt = later ? task.dueAt() : claim.leaseUntil();
    NewRow row = new NewRow(task, args, kwargs, publishAt, later, idempotency);
    return added(claim, row, System.nanoTime() + PATIENCE.toNanos() / 2)
        .thenCompose(
            earlier ->
                earlier.isPresent()
                    ? repeated(earlier.get(), row)
                    : later ? done(task) : publish(claim, message));
  }

  /** A repetition waits a moment for the outcome of the first request. */
  private CompletableFuture<Optional<Earlier>> added(Claim claim, NewRow row, long deadline) {
    return adding
        .add(row)
        .handle((earlier, failure) -> stored(claim, earlier, Failures.cause(failure)))
        .thenCompose(stored -> stored)
        .thenCompose(
            earlier ->
                earlier.filter(first -> isOpen(first, row)).isEmpty()
                        || System.nanoTime() - deadline >= 0
                    ? CompletableFuture.completedFuture(earlier)
                    : afterAWhile().thenCompose(now -> added(claim, row, deadline)));
  }

  private static boolean isOpen(Earlier first, NewRow row) {
    return !first.accepted() && isSame(first, row);
  }

  private static boolean isSame(Earlier first, NewRow row) {
    return row.idempotency() != null && first.fingerprint().equals(row.idempotency().fingerprint());
  }

  private CompletableFuture<Void> afterAWhile() {
    CompletableFuture<Void> later = new CompletableFuture<>();
    patience.schedule(() -> later.complete(null), LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
    return later;
  }

  private void requireBroker() {
    switch (broker.get()) {
      case UP -> {}
      case DOWN ->
          throw new BrokerUnavailableException("the broker is not connected", (Throwable) null);
      case BLOCKED ->
          throw new BrokerUnavailableException("the broker is short of memory or disk", true);
    }
  }

  // --- store -------------------------------------------------------------------------------------

  private List<Optional<Earlier>> add(List<NewRow> rows) {
    List<Optional<Earlier>> outcomes = new ArrayList<>(rows.size());
    store.add(rows).forEach(earlier -> outcomes.add(Optional.ofNullable(earlier)));
    FailPoint.S2_COMMITTED.hit();
    occupancy.added((int) outcomes.stream().filter(Optional::isEmpty).count());
    return outcomes;
  }

  private List<Boolean> withdraw(List<UUID> ids) {
    Set<UUID> gone = store.withdraw(ids);
    return ids.stream().map(gone::contains).toList();
  }

  private List<Boolean> accept(List<UUID> ids) {
    store.accept(ids);
    return ids.stream().map(id -> true).toList();
  }

  /** After a commit whose outcome is not known the task is there, or nobody knows. */
  private CompletableFuture<Optional<Earlier>> stored(
      Claim claim, @Nullable Optional<Earlier> earlier, @Nullable Throwable failure) {
    if (earlier != null) {
      return CompletableFuture.completedFuture(earlier);
    }
    if (failure instanceof StoreUnavailableException unavailable && !unavailable.isCertain()) {
      UUID id = claim.task().id();
      return CompletableFuture.supplyAsync(
          () -> {
            if (isStored(id)) {
              return Optional.empty();
            }
            throw new OutcomeUnknownException(id, unavailable);
          },
          blocking);
    }
    return CompletableFuture.failedFuture(
        failure == null ? new IllegalStateException("no outcome") : failure);
  }

  private boolean isStored(UUID id) {
    try {
      return store.find(id).isPresent();
    } catch (StoreUnavailableException e) {
      return false;
    }
  }

  private static CompletableFuture<Submitted> repeated(Earlier earlier, NewRow row) {
    if (!isSame(earlier, row)) {
      return refused(
          Reason.IDEMPOTENCY_MISMATCH, "this Idempotency-Key was used with another request");
    }
    StoredTask task = earlier.task();
    return earlier.accepted() && task != null
        ? CompletableFuture.completedFuture(new Submitted(task, true))
        : refused(
            Reason.IN_PROGRESS, "another request with this Idempotency-Key has no outcome yet");
  }

  // --- broker ------------------------------------------------------------------------------------

  private CompletableFuture<Submitted> publish(Claim claim, WireMessage message) {
    StoredTask task = claim.task();
    Caller caller = new Caller(new CompletableFuture<>(), new AtomicBoolean());
    if (!clock.instant().isBefore(claim.leaseUntil())) { // the database was slow: the relay's now
      accept(task, caller);
      return caller.answer;
    }
    var limit =
        patience.schedule(() -> accept(task, caller), PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    publisher
        .publish(claim.lease(), task.queue(), message)
        .whenComplete(
            (answer, impossible) -> {
              limit.cancel(false);
              try {
                settle(task, answer, caller);
              } catch (
                  Throwable e) { // nobody waits for ever; the lease ends, and the relay goes on
                caller.fail(new OutcomeUnknownException(task.id(), e));
              }
            });
    return caller.answer;
  }

  /**
   * Who waits for an answer.
   *
   * @param decided whether it is on its way to be accepted, or to be withdrawn: never both
   */
  private record Caller(CompletableFuture<Submitted> answer, AtomicBoolean decided) {

    boolean decide() {
      return decided.compareAndSet(false, true);
    }

    void accepted(StoredTask task) {
      answer.complete(new Submitted(task, false));
    }

    void fail(Throwable why) {
      answer.completeExceptionally(why);
    }
  }

  private void settle(StoredTask task, TaskPublisher.Answer answer, Caller caller) {
    if (answer.outcome() == PublishOutcome.ACCEPTED) {
      FailPoint.S4_CONFIRMED.hit();
      marks.sent(answer.lease());
      caller.accepted(task);
    } else if (answer.outcome() == PublishOutcome.UNKNOWN) {
      accept(task, caller);
    } else {
      withdraw(task, notTaken(task, answer), caller);
    }
  }

  private WarrenException notTaken(StoredTask task, TaskPublisher.Answer answer) {
    if (answer.outcome() == PublishOutcome.FULL) {
      return new NotAcceptedException(
          Reason.QUEUE_FULL, "queue '" + task.queue() + "' is at its max-length");
    }
    if (answer.outcome() == PublishOutcome.UNROUTABLE) {
      missingQueue.accept(task.queue());
      return new NotAcceptedException(
          Reason.NO_SUCH_QUEUE, "queue '" + task.queue() + "' is missing on the broker");
    }
    return notWritten(answer.failure());
  }

  private static WarrenException notWritten(@Nullable Throwable failure) {
    return failure instanceof BrokerUnavailableException || failure instanceof EncodingException
        ? (WarrenException) failure
        : new BrokerUnavailableException("the task was not published", failure);
  }

  /**
   * Another producer's relay may have taken over, if this one was out for longer than its lease.
   * Does nothing if the caller is about to be told that the task is accepted: then the lease ends,
   * and the relay tries again.
   */
  private void withdraw(StoredTask task, WarrenException why, Caller caller) {
    if (!caller.decide()) {
      return;
    }
    withdrawing
        .add(task.id())
        .whenComplete(
            (gone, failure) -> {
              if (failure != null) {
                caller.fail(new OutcomeUnknownException(task.id(), failure));
              } else if (gone) {
                occupancy.added(-1);
                caller.fail(why);
              } else {
                caller.accepted(task);
              }
            });
  }

  /**
   * It is stored, so it will run, whatever the broker knows. Should the database not take this any
   * more: it has the task, and the relay accepts what it finds.
   */
  private void accept(StoredTask task, Caller caller) {
    if (caller.decide()) {
      accepting.add(task.id()).whenComplete((done, failure) -> caller.accepted(task));
    }
  }

  private static CompletableFuture<Submitted> done(StoredTask task) {
    return CompletableFuture.completedFuture(new Submitted(task, false));
  }

  private static CompletableFuture<Submitted> refused(Reason reason, String message) {
    return CompletableFuture.failedFuture(new NotAcceptedException(reason, message));
  }
}
