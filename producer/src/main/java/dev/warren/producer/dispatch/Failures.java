package dev.warren.producer.dispatch;

import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** What a future failed with, without what futures wrap it in. */
final class Failures {

  private Failures() {}

  static @Nullable Throwable cause(@Nullable Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
