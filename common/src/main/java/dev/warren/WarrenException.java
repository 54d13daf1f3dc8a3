package dev.warren;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The root of all that Warren throws; its cases are nested here. */
public class WarrenException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** With a message that names the cause and the remedy. */
  public WarrenException(String message) {
    super(message);
  }

  /** With a message and what led to it. */
  public WarrenException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** The queue holds as many tasks or items as it may: this one was not accepted. */
  public static final class QueueFullException extends WarrenException {
    private static final long serialVersionUID = 1L;
    private final String queue;

    /** For a named queue. */
    public QueueFullException(String queue) {
      super(
          "queue '%s' is full: nothing was added; try again later, take from it faster (add workers) or raise its bound"
              .formatted(queue));
      this.queue = queue;
    }

    /** The full queue. */
    public String queue() {
      return queue;
    }
  }

  /** The broker cannot be reached, or takes no messages: the task or item was not accepted. */
  public static final class BrokerUnavailableException extends WarrenException {
    private static final long serialVersionUID = 1L;
    private final boolean blocked;

    /** Not reached. */
    public BrokerUnavailableException(String message, @Nullable Throwable cause) {
      super(message, cause);
      this.blocked = false;
    }

    /** Reached, but it takes no messages because it is short of memory or disk. */
    public BrokerUnavailableException(String message, boolean blocked) {
      super(message);
      this.blocked = blocked;
    }

    /** Whether the broker itself said that it takes no messages (memory or disk alarm). */
    public boolean isBlocked() {
      return blocked;
    }
  }

  /** The queue does not exist on the broker: the task or item was not accepted. */
  public static final class NoSuchQueueException extends WarrenException {
    private static final long serialVersionUID = 1L;

    /** For a named queue. */
    public NoSuchQueueException(String queue) {
      super(
          "queue '%s' does not exist on the broker: nothing was added; a worker or a client that knows it declares it"
              .formatted(queue));
    }
  }

  /** The broker's answer was lost, so that nobody knows whether it took the task or item. */
  public static final class OutcomeUnknownException extends WarrenException {
    private static final long serialVersionUID = 1L;

    /** After trying for {@code tried}. */
    public OutcomeUnknownException(String queue, Duration tried) {
      super(
          "the broker did not say within %s whether it took the message for queue '%s': it may be there or not"
              .formatted(tried, queue));
    }
  }

  /** The task ran and failed; type, message and stack trace come from the worker as text. */
  public static final class TaskFailedException extends WarrenException {
    private static final long serialVersionUID = 1L;
    private final String taskId;
    private final String remoteType;
    private final String remoteMessage;
    private final String remoteTrace;

    /**
     * As the worker told it; the trace, if there is one, becomes the cause, so that logs show it.
     */
    public TaskFailedException(
        String taskId, String remoteType, String remoteMessage, @Nullable String remoteTrace) {
      super(
          "task %s failed: %s: %s".formatted(taskId, remoteType, remoteMessage),
          remoteTrace == null || remoteTrace.isBlank() ? null : new RemoteTrace(remoteTrace));
      this.taskId = taskId;
      this.remoteType = remoteType;
      this.remoteMessage = remoteMessage;
      this.remoteTrace = remoteTrace == null ? "" : remoteTrace;
    }

    /** The failed task. */
    public String taskId() {
      return taskId;
    }

    /** Name of the remote exception, as {@code IllegalStateException} or {@code ValueError}. */
    public String remoteType() {
      return remoteType;
    }

    /** Message of the remote exception; may be empty. */
    public String remoteMessage() {
      return remoteMessage;
    }

    /** The remote stack trace as text; may be empty. */
    public String remoteTrace() {
      return remoteTrace;
    }
  }

  /**
   * Carries the stack trace that a task left on its worker, as text, so that it stands below the
   * local one wherever that is printed. Python's {@code RemoteTraceback}.
   */
  public static final class RemoteTrace extends Exception {
    private static final long serialVersionUID = 1L;

    RemoteTrace(String trace) {
      super("on the worker:\n" + trace.stripTrailing(), null, false, false);
    }
  }

  /**
   * The task's worker died while it ran it, and so did the others that tried it again: it is the
   * task that kills them.
   */
  public static final class WorkerLostException extends WarrenException {
    private static final long serialVersionUID = 1L;

    /** With what is known of the losses. */
    public WorkerLostException(String taskId, String message) {
      super("task %s: %s".formatted(taskId, message));
    }
  }

  /**
   * The broker had taken the task, and it is gone: no queue and no worker holds it any more, for
   * instance because the queue was deleted or purged.
   */
  public static final class TaskLostException extends WarrenException {
    private static final long serialVersionUID = 1L;

    /** With where it was looked for. */
    public TaskLostException(String message) {
      super(message);
    }
  }

  /** The task was cancelled, or had expired before it started. */
  public static final class TaskRevokedException extends WarrenException {
    private static final long serialVersionUID = 1L;

    /** With the reason that the worker gave. */
    public TaskRevokedException(String taskId, String reason) {
      super("task %s was revoked: %s".formatted(taskId, reason));
    }
  }

  /** The reply queue was deleted or expired, and with it results that were on their way. */
  public static final class ResultLostException extends WarrenException {
    private static final long serialVersionUID = 1L;

    /** For one task. */
    public ResultLostException(String message) {
      super(message);
    }
  }

  /** The pool or its connection was closed; a pending handle fails with this. */
  public static final class PoolClosedException extends WarrenException {
    private static final long serialVersionUID = 1L;

    /** With what was attempted or abandoned. */
    public PoolClosedException(String message) {
      super(message);
    }
  }

  /** The pool was terminated; a handle that was pending fails with this. */
  public static final class PoolTerminatedException extends WarrenException {
    private static final long serialVersionUID = 1L;

    /** With what was abandoned. */
    public PoolTerminatedException(String message) {
      super(message);
    }
  }

  /** The pool's own worker processes cannot be started; its handles fail with this. */
  public static final class PoolBrokenException extends WarrenException {
    private static final long serialVersionUID = 1L;

    /** With the last words of the process that did not start. */
    public PoolBrokenException(String message) {
      super(message);
    }
  }

  /** This end of a {@code BoundedQueue} was closed. */
  public static final class QueueClosedException extends WarrenException {
    private static final long serialVersionUID = 1L;

    /** For a named queue. */
    public QueueClosedException(String queue) {
      super("queue '%s' is closed".formatted(queue));
    }
  }

  /** Arguments, a result or an item could not be turned into JSON, are too large, or do not fit. */
  public static final class EncodingException extends WarrenException {
    private static final long serialVersionUID = 1L;

    /** With what could not be encoded or decoded and why. */
    public EncodingException(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /** A queue exists with other arguments than the configured ones. */
  public static final class TopologyMismatchException extends WarrenException {
    private static final long serialVersionUID = 1L;

    /** With the queue, the argument and both values. */
    public TopologyMismatchException(String message) {
      super(message);
    }
  }

  /** User, password, virtual host or permissions are wrong. */
  public static final class AccessRefusedException extends WarrenException {
    private static final long serialVersionUID = 1L;

    /** With what was refused; never with a password. */
    public AccessRefusedException(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * This application is put together wrongly, and does not start; the message says how to mend it.
   */
  public static final class ConfigurationException extends WarrenException {
    private static final long serialVersionUID = 1L;

    /** With the cause and the remedy. */
    public ConfigurationException(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }
}
