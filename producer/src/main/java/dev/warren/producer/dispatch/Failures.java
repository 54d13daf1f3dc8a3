package dev.warren.producer.dispatch;

import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** What a future failed with, without what futures wrap it in. */
public final class Failures {

  private Failures() {}

  /** The failure itself, or what is wrapped in it; null if there is none. */
  public static @Nullable Throwable cause(@Nullable Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
