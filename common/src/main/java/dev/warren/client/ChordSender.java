package dev.warren.client;

import dev.warren.AsyncResult;
import dev.warren.Callbacks;
import dev.warren.Chord;
import dev.warren.TaskCall;
import dev.warren.WarrenException;
import dev.warren.WarrenException.TaskRevokedException;
import dev.warren.rabbit.ChordReplies;
import dev.warren.rabbit.Reason;
import dev.warren.wire.ChordMessage;
import dev.warren.wire.Signature;
import dev.warren.wire.WireMessage;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Sends one chord: its tasks, which are answered to a queue of the chord's own, and when the broker
 * has all of them the callback. Its handle is the callback's.
 */
final class ChordSender<R> {

  private static final int MOST_UNACCEPTED = 64;

  private final RabbitWorkerPool pool;
  private final Chord<R> chord;
  private final String replies = ChordReplies.newQueue();
  private final List<String> parts = new ArrayList<>();
  private final PendingResult<R> handle;
  private final Semaphore unaccepted = new Semaphore(MOST_UNACCEPTED);

  /** Tasks on their way to the queue. */
  private final Set<PendingResult<?>> onTheirWay = ConcurrentHashMap.newKeySet();

  private final AtomicReference<@Nullable WarrenException> refused = new AtomicReference<>();

  ChordSender(RabbitWorkerPool pool, Chord<R> chord) {
    this.pool = pool;
    this.chord = chord;
    chord.group().calls().forEach(call -> parts.add(UUID.randomUUID().toString()));
    TaskCall<R> callback = chord.callback();
    this.handle =
        pool.handle(
            Messages.of(UUID.randomUUID().toString(), callback),
            callback.task().resultType(),
            callback.callbacks(),
            this::revoke);
  }

  /** Sends it in the background, because it waits for room in the queue. */
  AsyncResult<R> start() {
    pool.begin(handle);
    pool.feed(this::send, handle.future(), handle::fail);
    handle
        .future()
        .whenComplete(
            (value, failure) -> {
              if (failure != null) {
                onTheirWay.forEach(part -> part.fail(Chunk.failure(failure)));
              }
            });
    return handle;
  }

  private void revoke(Collection<String> itself) {
    List<String> all = new ArrayList<>(parts);
    all.addAll(itself);
    pool.revoke(all);
  }

  private void send() {
    try {
      pool.declareChord(replies);
      sendParts();
      WarrenException failure = refused.get();
      if (failure != null) {
        giveUp(failure);
      } else if (!handle.hasEnded()) {
        sendCallback();
      }
    } catch (InterruptedException e) {
      giveUp(new WarrenException("interrupted while a chord was submitted", e));
    } catch (IOException | TimeoutException e) {
      giveUp(new WarrenException("the chord's queue could not be declared: " + Reason.of(e), e));
    } catch (WarrenException e) {
      giveUp(e);
    }
  }

  private void giveUp(WarrenException why) {
    if (handle.fail(why)) {
      pool.revoke(parts);
    }
  }

  private void sendParts() throws InterruptedException {
    List<? extends TaskCall<?>> calls = chord.group().calls();
    for (int i = 0; i < calls.size() && !handle.hasEnded() && refused.get() == null; i++) {
      sendPart(parts.get(i), calls.get(i));
    }
    unaccepted.acquire(MOST_UNACCEPTED); // all of them are accepted, or refused
  }

  private void sendPart(String id, TaskCall<?> call) throws InterruptedException {
    pool.requireSending();
    unaccepted.acquire();
    PendingResult<?> part = handle(id, call);
    onTheirWay.add(part);
    part.acceptance()
        .whenComplete(
            (done, failure) -> {
              onTheirWay.remove(part);
              if (failure != null) {
                refused.compareAndSet(null, Chunk.failure(failure));
              }
              unaccepted.release();
            });
    try {
      WireMessage message = pool.encode(Messages.of(id, call).replyingTo(replies));
      pool.submit(part, message, call.queue(), true);
      pool.needProcesses(parts.size(), handle);
    } catch (WarrenException e) {
      part.fail(e);
    }
    if (handle.hasEnded()) { // meanwhile
      part.fail(new TaskRevokedException(handle.id(), "its chord has ended"));
    }
  }

  /** It ends with its acceptance: its reply is not for this client. */
  private <T> PendingResult<T> handle(String id, TaskCall<T> call) {
    return pool.handle(Messages.of(id, call), call.task().resultType(), Callbacks.none());
  }

  private void sendCallback() throws InterruptedException {
    TaskCall<R> call = chord.callback();
    Signature signature =
        new Signature(call.task().name(), call.args(), call.kwargs(), Map.of(), null, false);
    Instant until = Instant.now().plus(chord.waitAtMost());
    ChordMessage message = new ChordMessage(signature, replies, parts, until);
    pool.publish(
        handle,
        pool.encode(
            Messages.withOptions(message.write(handle.id()), call).replyingTo(pool.replyQueue())),
        call.queue(),
        true);
  }
}
