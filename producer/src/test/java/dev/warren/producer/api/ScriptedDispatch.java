package dev.warren.producer.api;

import dev.warren.producer.dispatch.Cancellations;
import dev.warren.producer.dispatch.NewTask;
import dev.warren.producer.dispatch.NotAcceptedException;
import dev.warren.producer.dispatch.NotAcceptedException.Reason;
import dev.warren.producer.dispatch.Submissions;
import dev.warren.producer.dispatch.Submitted;
import dev.warren.producer.store.Idempotency;
import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskId;
import dev.warren.producer.store.TaskOptions;
import dev.warren.producer.store.TaskStore.Cancelled;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;

/**
 * Says what may become of a submission or a cancellation, so that each answer of the API can be
 * provoked. What really becomes of them is tested with a real broker and a real database.
 */
final class ScriptedDispatch implements Submissions, Cancellations {

  /** What was submitted; {@code earlier} is set for a repetition of a finished task. */
  record Sent(@Nullable NewTask task, @Nullable UUID earlier, @Nullable Idempotency idempotency) {}

  final List<Sent> sent = new CopyOnWriteArrayList<>();
  private final MapTaskStore store;
  private volatile @Nullable CompletableFuture<Submitted> next;
  private volatile @Nullable Cancelled cancelled;

  ScriptedDispatch(MapTaskStore store) {
    this.store = store;
  }

  void reset() {
    sent.clear();
    next = null;
    cancelled = null;
  }

  void failsWith(RuntimeException failure) {
    next = CompletableFuture.failedFuture(failure);
  }

  void refuses(Reason reason) {
    failsWith(new NotAcceptedException(reason, "planned"));
  }

  void answersWith(Submitted submitted) {
    next = CompletableFuture.completedFuture(submitted);
  }

  /** Answers when the test completes the future. */
  CompletableFuture<Submitted> answersLater() {
    CompletableFuture<Submitted> later = new CompletableFuture<>();
    next = later;
    return later;
  }

  void cancelGives(StoredTask task, boolean ended, boolean requested) {
    store.put(task);
    cancelled = new Cancelled(task, ended, requested);
  }

  @Override
  public CompletableFuture<Submitted> submit(NewTask task, @Nullable Idempotency idempotency) {
    sent.add(new Sent(task, null, idempotency));
    return answer(task.task(), task);
  }

  @Override
  public CompletableFuture<@Nullable Submitted> again(
      StoredTask finished, @Nullable Idempotency idempotency) {
    sent.add(new Sent(null, finished.id(), idempotency));
    return answer("demo.sleep", null).thenApply(submitted -> submitted);
  }

  private CompletableFuture<Submitted> answer(String name, @Nullable NewTask task) {
    CompletableFuture<Submitted> scripted = next;
    if (scripted != null) {
      return scripted;
    }
    StoredTask row =
        StoredTask.submitted(
            TaskId.next(Tasks.NOON.toEpochMilli()),
            name,
            task == null ? "tasks" : task.queue(),
            task == null ? TaskOptions.NONE : task.options(),
            Tasks.NOON,
            null);
    store.put(row);
    return CompletableFuture.completedFuture(new Submitted(row, false));
  }

  @Override
  public Optional<Cancelled> cancel(UUID task) {
    store.find(task); // as the real one: the database may be away
    return Optional.ofNullable(cancelled).filter(one -> one.task().id().equals(task));
  }

  @Override
  public List<Cancelled> cancelGroup(UUID group) {
    throw new UnsupportedOperationException("not for tasks");
  }

  @TestConfiguration(proxyBeanMethods = false)
  static class Configuration {

    @Bean
    @Primary
    MapTaskStore mapTaskStore() {
      return new MapTaskStore();
    }

    @Bean
    @Primary
    ScriptedDispatch scriptedDispatch(MapTaskStore store) {
      return new ScriptedDispatch(store);
    }
  }
}
