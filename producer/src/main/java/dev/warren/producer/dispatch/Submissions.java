package dev.warren.producer.dispatch;

import dev.warren.producer.store.Idempotency;
import dev.warren.producer.store.StoredTask;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Takes tasks. Thread-safe; no method blocks. */
public interface Submissions {

  /**
   * Takes one task: completes once it is stored and the broker has answered, or has not for a
   * moment.
   *
   * @return the task; or {@link NotAcceptedException}, {@code BrokerUnavailableException}, {@code
   *     EncodingException} or a certain {@code StoreUnavailableException}, which mean that it will
   *     not run; or {@link OutcomeUnknownException}
   */
  CompletableFuture<Submitted> submit(NewTask task, @Nullable Idempotency idempotency);

  /**
   * Submits the same call once more, as a new task; as {@link #submit}, or null if it was
   * forgotten.
   */
  CompletableFuture<@Nullable Submitted> again(
      StoredTask finished, @Nullable Idempotency idempotency);
}
