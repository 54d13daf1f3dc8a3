package dev.warren;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is called when a result is there; Python's {@code callback} and {@code error_callback}.
 *
 * <p>One of the two is called, once, before the handle becomes ready. All callbacks of a {@link
 * Warren} run on one thread, one after the other, so that they need no lock among themselves. One
 * that throws is logged and changes nothing; one that does not return within 10 s no longer holds
 * back its handle, nor those behind it, whose callbacks are then dropped until it returns. A
 * callback must not wait for another handle that has callbacks.
 *
 * @param onSuccess gets the value, which is null if the task returned none; or null for none
 * @param onFailure gets what {@link AsyncResult#get()} throws; or null for none
 * @param <R> the result's type
 */
public record Callbacks<R>(
    @Nullable Consumer<? super R> onSuccess,
    @Nullable Consumer<? super WarrenException> onFailure) {

  /** Calls nothing. */
  public static <R> Callbacks<R> none() {
    return new Callbacks<>(null, null);
  }

  /** Calls {@code callback} with the value. */
  public static <R> Callbacks<R> onSuccess(Consumer<? super R> callback) {
    return new Callbacks<>(callback, null);
  }

  /** These, and {@code callback} with the failure if there is no value. */
  public Callbacks<R> orFailure(Consumer<? super WarrenException> callback) {
    return new Callbacks<>(onSuccess, callback);
  }

  /** Whether there is something to call. */
  public boolean isEmpty() {
    return onSuccess == null && onFailure == null;
  }
}
