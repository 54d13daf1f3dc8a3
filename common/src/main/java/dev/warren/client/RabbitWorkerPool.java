package dev.warren.client;

import dev.warren.AsyncResult;
import dev.warren.Callbacks;
import dev.warren.Chain;
import dev.warren.Chord;
import dev.warren.Group;
import dev.warren.PoolScope;
import dev.warren.ProcessPoolSettings;
import dev.warren.QueueStatus;
import dev.warren.ResultStream;
import dev.warren.StreamOptions;
import dev.warren.TaskCall;
import dev.warren.TaskRef;
import dev.warren.WarrenException;
import dev.warren.WarrenException.BrokerUnavailableException;
import dev.warren.WarrenException.EncodingException;
import dev.warren.WarrenException.NoSuchQueueException;
import dev.warren.WarrenException.PoolTerminatedException;
import dev.warren.WorkerPool;
import dev.warren.process.OwnedWorkers;
import dev.warren.rabbit.ChordReplies;
import dev.warren.rabbit.Nanos;
import dev.warren.rabbit.TaskSender;
import dev.warren.wire.TaskMessage;
import dev.warren.wire.WireMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.json.JsonMapper;

/** A pool whose tasks go to one queue on the broker; it may own the processes that work on it. */
final class RabbitWorkerPool implements WorkerPool {

  private static final long PAUSE_MILLIS = 100;

  private final RabbitWarren warren;
  private final String queue;
  private final String replyQueue;
  private final TaskSender sender;
  private final PoolLife life;
  private final @Nullable OwnedWorkers owned;

  /** What has not ended, to be given up by {@link #terminate}. */
  private final Set<PendingResult<?>> handles = ConcurrentHashMap.newKeySet();

  private final Set<MapResult<?>> maps = ConcurrentHashMap.newKeySet();
  private final Set<RabbitResultStream<?>> streams = ConcurrentHashMap.newKeySet();

  RabbitWorkerPool(RabbitWarren warren, String queue, String replyQueue) {
    this(warren, queue, replyQueue, null);
  }

  /**
   * @param processes the pool's own, or null
   * @throws WarrenException.ConfigurationException if processes cannot be started here
   */
  RabbitWorkerPool(
      RabbitWarren warren,
      String queue,
      String replyQueue,
      @Nullable ProcessPoolSettings processes) {
    this.warren = warren;
    this.queue = queue;
    this.replyQueue = replyQueue;
    this.sender = new TaskSender(warren.broker(), warren.wire());
    this.life = new PoolLife(queue);
    this.owned =
        processes == null
            ? null
            : new OwnedWorkers(
                processes,
                PoolProcesses.orders(warren, queue, processes),
                handles::size,
                new ProcessesListener());
  }

  @Override
  public String queueName() {
    return queue;
  }

  // --- one task ----------------------------------------------------------------------------------

  @Override
  public <R> AsyncResult<R> applyAsync(TaskCall<R> call) {
    TaskMessage task = Messages.of(UUID.randomUUID().toString(), call);
    PendingResult<R> handle = handle(task, call.task().resultType(), call.callbacks());
    begin(handle); // nothing may be thrown from here to where the handle ends the call
    handle.silentUntil(call.eta());
    try {
      publish(handle, encode(task), call.queue(), false);
    } catch (EncodingException e) {
      handle.fail(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      handle.fail(new WarrenException("interrupted while waiting for room to submit", e));
    }
    return handle;
  }

  private void begin() {
    warren.requireOpen();
    life.begin();
  }

  /** Begins a call that ends with a handle. */
  void begin(PendingResult<?> handle) {
    begin();
    handles.add(handle); // before it is published, which may be later and elsewhere
    handle
        .future()
        .whenComplete(
            (value, failure) -> {
              handles.remove(handle);
              end();
            });
  }

  private void end() {
    life.end();
    stopProcessesIfOver();
  }

  private void stopProcessesIfOver() {
    if (owned != null && life.isOver()) {
      owned.stop();
    }
  }

  // --- maps --------------------------------------------------------------------------------------

  @Override
  public <R> AsyncResult<List<@Nullable R>> mapAsync(
      TaskRef<R> task, Iterable<? extends @Nullable Object> items) {
    Collection<? extends @Nullable Object> listed = listed(items);
    return start(task, false, listed, () -> defaultChunkSize(listed.size()), Callbacks.none());
  }

  @Override
  public <R> AsyncResult<List<@Nullable R>> mapAsync(
      TaskRef<R> task,
      Iterable<? extends @Nullable Object> items,
      int chunkSize,
      Callbacks<? super List<@Nullable R>> callbacks) {
    return start(task, false, listed(items), positive(chunkSize), callbacks);
  }

  @Override
  public <R> AsyncResult<List<@Nullable R>> starmapAsync(
      TaskRef<R> task, Iterable<? extends List<? extends @Nullable Object>> items) {
    Collection<? extends List<? extends @Nullable Object>> listed = listed(items);
    return start(task, true, listed, () -> defaultChunkSize(listed.size()), Callbacks.none());
  }

  @Override
  public <R> AsyncResult<List<@Nullable R>> starmapAsync(
      TaskRef<R> task,
      Iterable<? extends List<? extends @Nullable Object>> items,
      int chunkSize,
      Callbacks<? super List<@Nullable R>> callbacks) {
    return start(task, true, listed(items), positive(chunkSize), callbacks);
  }

  private <R> AsyncResult<List<@Nullable R>> start(
      TaskRef<R> task,
      boolean star,
      Collection<? extends @Nullable Object> items,
      ChunkSize chunkSize,
      Callbacks<? super List<@Nullable R>> callbacks) {
    return start(new ChunkSender<>(this, task, star, false), items, chunkSize, callbacks);
  }

  private <R> AsyncResult<List<@Nullable R>> start(
      ItemSender<R> sending,
      Collection<? extends @Nullable Object> items,
      ChunkSize chunkSize,
      Callbacks<? super List<@Nullable R>> callbacks) {
    int size = items.size();
    MapResult<R> map =
        new MapResult<>(
            sending,
            size,
            size == 0 ? Callbacks.none() : callbacks, // as in Python
            warren.callbacks(),
            warren.revoker());
    begin();
    maps.add(map);
    map.future()
        .whenComplete(
            (values, failure) -> {
              maps.remove(map);
              end();
            });
    if (size == 0) {
      map.succeed(List.of());
    } else {
      warren.feed(() -> map.feed(items, chunkSize), map.future(), map::fail);
    }
    return map;
  }

  private static <T> Collection<T> listed(Iterable<T> items) {
    if (items instanceof Collection<T> collection) {
      return collection;
    }
    List<T> list = new ArrayList<>();
    items.forEach(list::add);
    return list;
  }

  private static ChunkSize positive(int chunkSize) {
    if (chunkSize < 1) {
      throw new IllegalArgumentException("chunkSize must be at least 1: " + chunkSize);
    }
    return () -> chunkSize;
  }

  /** Python's rule: a quarter of an even share for each slot. */
  private int defaultChunkSize(int items) throws InterruptedException {
    int slots = owned == null ? listeningSlots() : owned.maximum();
    long chunks = 4L * Math.max(1, slots);
    return (int) Math.max(1, (items + chunks - 1) / chunks);
  }

  /** Asks again while the broker is away, as long as publishing a task would be tried. */
  private int listeningSlots() throws InterruptedException {
    long began = System.nanoTime();
    long longest = warren.broker().settings().publishTimeout().toNanos();
    while (true) {
      try {
        return queue().consumers();
      } catch (NoSuchQueueException e) {
        return 0; // publishing declares it again
      } catch (BrokerUnavailableException e) {
        if (System.nanoTime() - began >= longest) {
          throw e;
        }
      }
      Thread.sleep(PAUSE_MILLIS);
    }
  }

  // --- several tasks -----------------------------------------------------------------------------

  @Override
  public <R> AsyncResult<R> applyAsync(Chain<R> chain) {
    return new ChainSender(this).start(chain);
  }

  @Override
  public <R> AsyncResult<List<@Nullable R>> applyAsync(Group<R> group) {
    return start(new GroupSender<>(this), group.calls(), () -> 1, Callbacks.none());
  }

  @Override
  public <R> AsyncResult<R> applyAsync(Chord<R> chord) {
    return new ChordSender<>(this, chord).start();
  }

  /** Runs what waits for room, in the background. */
  void feed(Runnable feeder, CompletableFuture<?> done, Consumer<? super WarrenException> end) {
    warren.feed(feeder, done, end);
  }

  /** Declares the queue of a chord's replies. Blocks for a call. */
  void declareChord(String replies) throws IOException, TimeoutException {
    ChordReplies.declare(
        warren.broker().consuming().connection(),
        replies,
        warren.broker().settings().queue(queue).type());
  }

  String replyQueue() {
    return replyQueue;
  }

  void revoke(Collection<String> ids) {
    warren.revoker().revoke(ids);
  }

  // --- streams -----------------------------------------------------------------------------------

  @Override
  public <R> ResultStream<R> imap(
      TaskRef<R> task, Iterable<? extends @Nullable Object> items, StreamOptions options) {
    return stream(task, items, options, true);
  }

  @Override
  public <R> ResultStream<R> imapUnordered(
      TaskRef<R> task, Iterable<? extends @Nullable Object> items, StreamOptions options) {
    return stream(task, items, options, false);
  }

  private <R> ResultStream<R> stream(
      TaskRef<R> task,
      Iterable<? extends @Nullable Object> items,
      StreamOptions options,
      boolean ordered) {
    RabbitResultStream<R> stream =
        new RabbitResultStream<>(
            new ChunkSender<>(this, task, false, true),
            items,
            options,
            ordered,
            warren.feeders(),
            warren.revoker());
    begin();
    streams.add(stream);
    stream
        .done()
        .whenComplete(
            (done, failure) -> {
              streams.remove(stream);
              end();
            });
    if (!life.isRunning()) {
      stream.poolClosed(); // close() may not have seen it
    }
    warren.feed(stream::feed, stream.done(), stream::abort);
    return stream;
  }

  // --- the end -----------------------------------------------------------------------------------

  @Override
  public void close() {
    if (life.close()) {
      streams.forEach(RabbitResultStream::poolClosed);
      stopProcessesIfOver();
    }
  }

  boolean isRunning() {
    return life.isRunning();
  }

  @Override
  public void join() throws InterruptedException {
    awaitEnd(Long.MAX_VALUE);
  }

  @Override
  public boolean join(Duration timeout) throws InterruptedException {
    return awaitEnd(Math.max(0, Nanos.of(timeout)));
  }

  private boolean awaitEnd(long nanos) throws InterruptedException {
    long began = System.nanoTime();
    return life.awaitEnd(nanos)
        && (owned == null || owned.awaitGone(Math.max(0, nanos - (System.nanoTime() - began))));
  }

  @Override
  public void terminate() {
    if (!life.terminate()) {
      return;
    }
    if (owned != null) {
      owned.kill();
    }
    giveUp(terminated());
  }

  private void giveUp(WarrenException why) {
    streams.forEach(stream -> stream.abort(why));
    maps.forEach(map -> map.fail(why));
    List<String> revoked = new ArrayList<>();
    for (PendingResult<?> handle : handles) {
      if (handle.fail(why)) {
        revoked.add(handle.id());
      }
    }
    warren.revoker().revoke(revoked);
  }

  private PoolTerminatedException terminated() {
    return new PoolTerminatedException(
        "the pool on '" + queue + "' was terminated before there was a result");
  }

  @Override
  public PoolScope scope() {
    life.requireRunning();
    return new PoolScope(this);
  }

  @Override
  public QueueStatus queue() {
    warren.requireOpen();
    return warren.broker().queueStatus(queue);
  }

  @Override
  public ExecutorService asExecutorService() {
    return asExecutorService(this);
  }

  /**
   * @param front the pool as its user knows it
   */
  ExecutorService asExecutorService(WorkerPool front) {
    return new PoolExecutorService(front, life);
  }

  // --- for all of them ---------------------------------------------------------------------------

  /**
   * Checks that what is sent now can end.
   *
   * @throws WarrenException if the pool was terminated, or its Warren closed
   */
  void requireSending() {
    warren.requireOpen();
    if (life.isTerminated()) {
      throw terminated();
    }
  }

  JsonMapper mapper() {
    return warren.wire().mapper();
  }

  <R> PendingResult<R> handle(
      TaskMessage task, JavaType resultType, Callbacks<? super R> callbacks) {
    return handle(task, resultType, callbacks, warren.revoker());
  }

  /**
   * @param revoker tells the workers when the handle is cancelled
   */
  <R> PendingResult<R> handle(
      TaskMessage task, JavaType resultType, Callbacks<? super R> callbacks, Revoker revoker) {
    return new PendingResult<>(
        task.id(),
        task.task(),
        resultType,
        mapper(),
        warren.wire().plainValues(),
        callbacks,
        warren.callbacks(),
        revoker);
  }

  /**
   * A task as it travels, answered to this client unless it says otherwise.
   *
   * @throws EncodingException if it is no JSON, or too large
   */
  WireMessage encode(TaskMessage task) {
    if (task.replyTo() != null) {
      return warren.wire().writeTask(task);
    }
    TaskMessage ours = task.replyingTo(replyQueue);
    boolean coalesces = warren.broker().settings().coalesceReplies();
    return warren.wire().writeTask(coalesces ? ours.bundlingReplies() : ours);
  }

  /**
   * Publishes a task; whatever goes wrong fails its handle.
   *
   * @param otherQueue null for the pool's
   * @param waitForRoom whether room, in this client and in the queue, is waited for for as long as
   *     it takes, instead of failing the handle
   */
  void publish(
      PendingResult<?> handle,
      WireMessage message,
      @Nullable String otherQueue,
      boolean waitForRoom)
      throws InterruptedException {
    try {
      watch(handle, waitForRoom);
      submit(handle, message, otherQueue, waitForRoom);
      warren.requireOpen(); // closed meanwhile: nobody would complete the handle any more
    } catch (InterruptedException e) {
      handle.fail(new WarrenException("interrupted while waiting for room to submit", e));
      throw e;
    } catch (WarrenException e) {
      handle.fail(e);
    }
    if (life.isTerminated() && handle.fail(terminated())) { // terminate() did not see it
      warren.revoker().revoke(List.of(handle.id()));
    }
    needProcesses(handles.size(), handle);
  }

  /** Publishes a task whose reply is not for this client. */
  void submit(
      PendingResult<?> handle,
      WireMessage message,
      @Nullable String otherQueue,
      boolean waitForRoom) {
    String target = otherQueue == null ? queue : otherQueue;
    new Submission(warren, sender, target, target.equals(queue), handle, message, waitForRoom)
        .publish();
  }

  /** Takes the replies to a handle. Blocks while this client has too many unfinished tasks. */
  void watch(PendingResult<?> handle, boolean waitForRoom) throws InterruptedException {
    handles.add(handle);
    handle.future().whenComplete((value, failure) -> handles.remove(handle));
    warren.pending().add(handle, waitForRoom ? null : warren.broker().settings().publishTimeout());
  }

  /**
   * Has the pool's own processes started.
   *
   * @param tasks how many tasks wait
   * @param handle fails if there are none to be had
   */
  void needProcesses(int tasks, PendingResult<?> handle) {
    if (owned != null) {
      owned.need(tasks);
      WarrenException broken = owned.broken();
      if (broken != null) {
        handle.fail(broken);
      }
    }
  }

  // --- the pool's own processes ------------------------------------------------------------------

  /** Waits until the processes are gone and their queue is deleted, up to a limit. */
  boolean awaitGone(Duration limit) throws InterruptedException {
    return owned == null || owned.awaitGone(limit.toNanos());
  }

  private final class ProcessesListener implements OwnedWorkers.Listener {

    @Override
    public void onBroken(WarrenException why) {
      giveUp(why);
    }

    @Override
    public void onGone() {
      warren.discard(RabbitWorkerPool.this);
    }
  }
}
