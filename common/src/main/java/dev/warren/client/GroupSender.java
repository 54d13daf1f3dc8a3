package dev.warren.client;

import dev.warren.TaskCall;
import dev.warren.WarrenException.EncodingException;
import dev.warren.wire.Canvas;
import dev.warren.wire.TaskMessage;
import dev.warren.wire.WireMessage;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Sends the calls of one group, each as a message. Used by one thread. */
final class GroupSender<R> implements ItemSender<R> {

  private final RabbitWorkerPool pool;
  private final String group = UUID.randomUUID().toString();
  private int sent;

  GroupSender(RabbitWorkerPool pool) {
    this.pool = pool;
  }

  @Override
  @SuppressWarnings("unchecked") // a group has calls of that type only
  public void send(List<? extends @Nullable Object> calls, Sink<R> sink)
      throws InterruptedException {
    for (Object one : calls) {
      send((TaskCall<R>) one, sink);
    }
  }

  private void send(TaskCall<R> call, Sink<R> sink) throws InterruptedException {
    pool.requireSending();
    Canvas place = new Canvas(null, null, group, sent++, List.of(), List.of(), List.of());
    TaskMessage message = Messages.of(UUID.randomUUID().toString(), call).in(place);
    PendingResult<R> handle = pool.handle(message, call.task().resultType(), call.callbacks());
    handle.silentUntil(call.eta());
    Chunk<R> chunk = Chunk.ofOne(List.of(call), handle);
    WireMessage encoded;
    try {
      encoded = pool.encode(message);
    } catch (EncodingException e) {
      sink.accept(chunk);
      handle.fail(e);
      return;
    }
    sink.accept(chunk);
    pool.publish(handle, encoded, call.queue(), true);
  }
}
