package dev.warren.client;

import dev.warren.AsyncResult;
import dev.warren.Chain;
import dev.warren.TaskCall;
import dev.warren.WarrenException;
import dev.warren.wire.Canvas;
import dev.warren.wire.Signature;
import dev.warren.wire.TaskMessage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;

/**
 * Sends one chain: its first step, with all others in the same message. Each step has a handle of
 * its own, because each is answered: what is not heard of is looked for once the step before it has
 * ended, and the failure of one is the failure of all after it.
 */
final class ChainSender {

  private final RabbitWorkerPool pool;
  private final List<String> ids = new ArrayList<>();
  private final List<PendingResult<?>> handles = new ArrayList<>();

  ChainSender(RabbitWorkerPool pool) {
    this.pool = pool;
  }

  <R> AsyncResult<R> start(Chain<R> chain) {
    List<Chain.Link> links = chain.links();
    links.forEach(link -> ids.add(UUID.randomUUID().toString()));
    int last = links.size() - 1;
    for (int i = 0; i < last; i++) {
      handles.add(handle(i, links.get(i).call()));
    }
    PendingResult<R> result = handle(last, chain.last());
    handles.add(result);
    pool.begin(result);
    connect(links);
    try {
      for (int i = 1; i <= last; i++) {
        handles.get(i).silentUntil(Instant.MAX);
        pool.watch(handles.get(i), false);
      }
      pool.publish(handles.get(0), pool.encode(message(links)), links.get(0).call().queue(), false);
    } catch (WarrenException e) {
      failAll(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failAll(new WarrenException("interrupted while waiting for room to submit", e));
    }
    return result;
  }

  private <T> PendingResult<T> handle(int step, TaskCall<T> call) {
    PendingResult<T> handle =
        pool.handle(
            Messages.of(ids.get(step), call),
            call.task().resultType(),
            call.callbacks(),
            some -> pool.revoke(ids));
    if (step == 0) {
      handle.silentUntil(call.eta());
    }
    return handle;
  }

  private TaskMessage message(List<Chain.Link> links) {
    List<Signature> rest = new ArrayList<>();
    for (int i = 1; i < links.size(); i++) {
      Chain.Link link = links.get(i);
      rest.add(Messages.following(ids.get(i), link, queue(link), pool.replyQueue()));
    }
    Collections.reverse(rest);
    return Messages.of(ids.get(0), links.get(0).call()).in(Canvas.chain(rest));
  }

  private void connect(List<Chain.Link> links) {
    PendingResult<?> first = handles.get(0);
    first.acceptance().thenRun(() -> accepted(links));
    for (int i = 1; i < handles.size(); i++) {
      PendingResult<?> next = handles.get(i);
      Instant eta = links.get(i).call().eta();
      handles
          .get(i - 1)
          .future()
          .whenComplete(
              (value, failure) -> {
                if (failure == null) {
                  next.isNext(eta);
                } else {
                  next.fail(Chunk.failure(failure));
                }
              });
    }
    PendingResult<?> last = handles.get(handles.size() - 1);
    last.future()
        .whenComplete(
            (value, failure) -> {
              if (failure != null) {
                failAll(Chunk.failure(failure));
              }
            });
  }

  private void accepted(List<Chain.Link> links) {
    for (int i = 0; i < handles.size(); i++) {
      handles.get(i).acceptedBy(queue(links.get(i)));
    }
  }

  private String queue(Chain.Link link) {
    String queue = link.call().queue();
    return queue == null ? pool.queueName() : queue;
  }

  private void failAll(WarrenException why) {
    handles.forEach(handle -> handle.fail(why));
  }
}
