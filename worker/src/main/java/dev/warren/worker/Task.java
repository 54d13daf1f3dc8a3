package dev.warren.worker;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes a public method of a Spring bean a task that callers run by name.
 *
 * <pre>{@code
 * @Component
 * class TextTasks {
 *   @Task("text.word_count")
 *   public int wordCount(String text) { ... }
 * }
 * }</pre>
 *
 * <p>Positional arguments are bound to the parameters in order, keyword arguments by the
 * parameters' names (compile with {@code -parameters}, as Spring Boot's build does), each converted
 * by Jackson to the parameter's type. A parameter that is {@code Optional} or {@code @Nullable} may
 * be left out; a varargs parameter takes the positional arguments that remain. The return value is
 * sent as JSON; whatever the method throws becomes the caller's {@code TaskFailedException}. A
 * parameter of type {@link TaskContext} is no argument: through it the task tells its progress.
 *
 * <p>Slots run on threads of their own: a bean with tasks must be thread-safe. A task should end
 * soon after its thread is interrupted, which is how a worker that shuts down asks for it.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Task {

  /** The name by which callers know the task, unique in a worker; by habit {@code group.action}. */
  String value();

  /** Where the task runs. */
  Isolation isolation() default Isolation.DEFAULT;

  /**
   * How long one attempt may run before it is asked to end by an interrupt, as {@code 30s} or
   * {@code 500ms}; of a chunk, for each of its items. A caller may say otherwise. Empty for what
   * the worker says.
   */
  String softTimeLimit() default "";

  /**
   * How long one attempt may run, likewise. In a process it is killed then; in a thread it is
   * interrupted, and its caller is told a second later at the latest.
   */
  String timeLimit() default "";

  /**
   * How many of this task may run at a time in one worker; 0 for as many as there are slots. One
   * that finds no place is held by the broker for a moment, and takes no slot meanwhile.
   */
  int maxConcurrent() default 0;

  /**
   * How many of this task may begin in a time in one worker, as {@code 10/s}, {@code 100/m} or
   * {@code 5/h}; likewise, for a few seconds at a time: meant for tasks that are few or fast, not
   * to hold thousands back for hours. Empty for any number.
   */
  String rateLimit() default "";

  /**
   * How often a task that has failed runs again: after {@link #backoff}, and then twice as long
   * each time. Between its attempts the broker holds it, not a worker. After the last one it fails,
   * and is kept in quarantine. Holds for single tasks, not for the items of a chunk. A caller over
   * REST has {@code maxRetries} of its own, which are on top of these.
   */
  int maxRetries() default 0;

  /** The wait before the first retry, as {@code 1s}. */
  String backoff() default "1s";

  /** The longest wait before a retry, before its jitter. */
  String maxBackoff() default "10m";

  /**
   * By which share a wait is longer or shorter, at random, so that not all come at once; 0 to 1.
   */
  double jitter() default 0.2;

  /**
   * What is retried. A time limit that has passed, the soft one too, counts as a {@link
   * java.util.concurrent.TimeoutException}. Arguments that do not fit never are; nor is a task in a
   * thread that goes on although its time is over, which would then run next to itself.
   */
  Class<? extends Throwable>[] retryOn() default {Exception.class};

  /** What is not retried, although it is among those. */
  Class<? extends Throwable>[] dontRetryOn() default {};
}
