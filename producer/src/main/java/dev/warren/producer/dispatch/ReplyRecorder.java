package dev.warren.producer.dispatch;

import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskStore;
import dev.warren.producer.store.TaskUpdate;
import dev.warren.rabbit.ReplyListener;
import dev.warren.wire.ReplyMessage;
import dev.warren.wire.TaskError;
import dev.warren.wire.TaskStatus;
import dev.warren.wire.WireFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Records what workers answer, and tells those who wait. Called on one thread; does not block. */
@Component
final class ReplyRecorder implements ReplyListener.Handler {

  /** The type of the error of a task whose reply is lost. */
  static final String RESULT_LOST = "ResultLost";

  private static final Logger log = LoggerFactory.getLogger(ReplyRecorder.class);

  private static final Pattern LONE_SURROGATE = Pattern.compile("[\\x{D800}-\\x{DFFF}]");

  private final TaskStore store;
  private final Waiters waiters;
  private final WireFormat wire;

  ReplyRecorder(TaskStore store, Waiters waiters, WireFormat wire) {
    this.store = store;
    this.waiters = waiters;
    this.wire = wire;
  }

  @Override
  public void onReply(ReplyMessage reply) {
    UUID id = id(reply.taskId());
    Optional<StoredTask> task = id == null ? Optional.empty() : store.apply(update(id, reply));
    if (task.isEmpty()) {
      log.debug("ignored a reply to a task that is not known, or not any more");
    } else if (task.get().state().isFinished()) {
      waiters.finished(task.get());
    }
  }

  @Override
  public void onRepliesLost(String why) {
    TaskError error =
        new TaskError(RESULT_LOST, "the result, if there is one, is lost: " + why, null);
    List<StoredTask> failed = store.failUnfinished(error);
    log.warn(
        "{} unfinished tasks have failed, because their replies are lost: {}", failed.size(), why);
    failed.forEach(waiters::finished);
  }

  private TaskUpdate update(UUID id, ReplyMessage reply) {
    return new TaskUpdate(
        id,
        reply.status(),
        reply.status() == TaskStatus.SUCCESS ? json(reply.result()) : null,
        error(reply.error()),
        wellFormed(reply.worker()),
        reply.attempt(),
        reply.startedAt(),
        reply.doneAt());
  }

  private String json(@Nullable Object result) {
    return escaped(wire.mapper().writeValueAsString(result));
  }

  /**
   * In JSON text, half of a surrogate pair can only stand inside of a string. Python sends such;
   * written out in UTF-8 it needs an escape.
   */
  private static String escaped(String json) {
    return LONE_SURROGATE
        .matcher(json)
        .replaceAll(half -> "\\\\u%04x".formatted((int) half.group().charAt(0)));
  }

  private static @Nullable TaskError error(@Nullable TaskError error) {
    return error == null
        ? null
        : new TaskError(
            String.valueOf(wellFormed(error.type())),
            String.valueOf(wellFormed(error.message())),
            wellFormed(error.trace()));
  }

  private static @Nullable String wellFormed(@Nullable String text) {
    return text == null ? null : LONE_SURROGATE.matcher(text).replaceAll("\uFFFD");
  }

  private static @Nullable UUID id(String text) {
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
