package dev.warren.queue;

import dev.warren.WarrenException;
import dev.warren.WarrenException.BrokerUnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** One call that waits for something which only an {@link Intake}'s thread can tell or do. */
final class Question<R> implements Unanswered {

  /** Finds the answer; runs on the intake's thread, again if it fails. */
  @FunctionalInterface
  interface Work<R> {
    R run() throws IOException, TimeoutException;
  }

  private final Work<R> work;
  private final TimeLimit tries;
  private final Duration patience;
  private final TimeLimit wait;
  private final CompletableFuture<R> answer = new CompletableFuture<>();

  /**
   * @param tries until when a failed try is repeated
   * @param patience how long the caller waits for the answer
   * @param whenAnswered told this
   */
  Question(
      Work<R> work,
      TimeLimit tries,
      Duration patience,
      Consumer<? super Question<R>> whenAnswered) {
    this.work = work;
    this.tries = tries;
    this.patience = patience;
    this.wait = TimeLimit.in(patience);
    answer.whenComplete((found, failure) -> whenAnswered.accept(this));
  }

  /** Tries to find the answer. */
  void attempt() throws IOException, TimeoutException {
    answer.complete(work.run());
  }

  boolean isAnswered() {
    return answer.isDone();
  }

  /** Whether a failure now is the last. */
  boolean isLastTry() {
    return tries.isOver();
  }

  @Override
  public void fail(WarrenException why) {
    answer.completeExceptionally(why);
  }

  /** Waits for the answer; can be called again after an interrupt. */
  R await() throws InterruptedException {
    try {
      return Waits.get(answer, wait);
    } catch (TimeoutException e) {
      throw new BrokerUnavailableException("the broker did not answer within " + patience, e);
    }
  }
}
