package dev.warren.client;

import dev.warren.Callbacks;
import dev.warren.TaskRef;
import dev.warren.WarrenException.EncodingException;
import dev.warren.wire.ChunkMessage;
import dev.warren.wire.TaskMessage;
import dev.warren.wire.WireMessage;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;

/**
 * Sends the items of one map or stream in chunks: as {@code celery.map} or {@code celery.starmap}
 * messages, so that a Celery worker could serve them too; a chunk of one item is the plain task.
 */
final class ChunkSender<R> implements ItemSender<R> {

  private final RabbitWorkerPool pool;
  private final TaskRef<R> task;
  private final boolean star;
  private final boolean partial;
  private final JavaType listType;

  /**
   * @param star whether an item is the list of a call's arguments rather than the only one
   * @param partial whether a chunk that fails is to tell the values it has
   */
  ChunkSender(RabbitWorkerPool pool, TaskRef<R> task, boolean star, boolean partial) {
    this.pool = pool;
    this.task = task;
    this.star = star;
    this.partial = partial;
    this.listType =
        pool.mapper().getTypeFactory().constructCollectionType(List.class, task.resultType());
  }

  /**
   * What cannot be sent as one message, because it is too large or an item is no JSON, is sent in
   * halves: so that the one item that cannot be sent fails alone.
   */
  @Override
  public void send(List<? extends @Nullable Object> items, Sink<R> sink)
      throws InterruptedException {
    pool.requireSending();
    TaskMessage message = message(items);
    WireMessage encoded;
    try {
      encoded = pool.encode(message);
    } catch (EncodingException e) {
      if (items.size() == 1) {
        Chunk<R> unsendable = chunk(items, message);
        sink.accept(unsendable);
        unsendable.handle().fail(e);
      } else {
        int half = items.size() / 2;
        send(items.subList(0, half), sink);
        send(items.subList(half, items.size()), sink);
      }
      return;
    }
    Chunk<R> chunk = chunk(items, message);
    sink.accept(chunk);
    pool.publish(chunk.handle(), encoded, null, true);
  }

  private TaskMessage message(List<? extends @Nullable Object> items) {
    TaskMessage chunk = ChunkMessage.of(UUID.randomUUID().toString(), task.name(), items, star);
    return partial && items.size() > 1 ? chunk.wantingPartial() : chunk;
  }

  private Chunk<R> chunk(List<? extends @Nullable Object> items, TaskMessage message) {
    return items.size() == 1
        ? Chunk.ofOne(items, pool.<R>handle(message, task.resultType(), Callbacks.none()))
        : Chunk.ofMany(items, pool.<List<R>>handle(message, listType, Callbacks.none()));
  }
}
