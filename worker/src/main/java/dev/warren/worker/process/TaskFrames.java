package dev.warren.worker.process;

import dev.warren.Progress;
import dev.warren.wire.Canvas;
import dev.warren.wire.Decoded;
import dev.warren.wire.ReplyMessage;
import dev.warren.wire.TaskMessage;
import dev.warren.wire.TaskStatus;
import dev.warren.wire.WireFormat;
import dev.warren.wire.WireMessage;
import dev.warren.worker.execute.Outcome;
import dev.warren.worker.process.Frame.Type;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;

/**
 * Tasks and their outcomes as frames, in the same bytes as on the wire: what fits a message fits a
 * child, and the other way round. Thread-safe.
 */
final class TaskFrames {

  /** What a reply has beside its result, and a task beside its arguments. */
  private static final int ENVELOPE_BYTES = 128 * 1024;

  private static final long NO_WAIT = -1;

  private static final TypeReference<Map<String, @Nullable Object>> HEADERS =
      new TypeReference<>() {};

  private final WireFormat wire;

  TaskFrames(WireFormat wire) {
    this.wire = wire;
  }

  static int mostBytes(int maxMessageBytes) {
    return maxMessageBytes + ENVELOPE_BYTES;
  }

  /** A task that is to run now. */
  Frame run(TaskMessage task) {
    WireMessage message = wire.writeTask(task.expiringAt(null).notBefore(null).in(Canvas.NONE));
    Map<String, @Nullable Object> all = new LinkedHashMap<>(message.headers());
    all.put(WireFormat.LOST_ATTEMPTS, task.lostAttempts());
    byte[] headers = wire.mapper().writeValueAsBytes(all);
    ByteBuffer content =
        ByteBuffer.allocate(Integer.BYTES + headers.length + message.body().length);
    content.putInt(headers.length).put(headers).put(message.body());
    return new Frame(Type.RUN, content.array());
  }

  TaskMessage task(Frame run) throws IOException {
    ByteBuffer content = ByteBuffer.wrap(run.content());
    byte[] headers = new byte[content.getInt()];
    content.get(headers);
    byte[] body = new byte[content.remaining()];
    content.get(body);
    Decoded<TaskMessage> task =
        wire.readTask(
            new WireMessage(
                "application/json",
                "utf-8",
                null,
                null,
                wire.mapper().readValue(headers, HEADERS),
                body));
    if (task.value() == null) {
      throw new IOException("not a task: " + task.detail());
    }
    return task.value();
  }

  /** How a task ended. A value that is no JSON, or too large, becomes a failure that says so. */
  Frame done(TaskMessage task, Outcome outcome) {
    TaskStatus status =
        switch (outcome.kind()) {
          case SUCCEEDED -> TaskStatus.SUCCESS;
          case REVOKED -> TaskStatus.REVOKED;
          default -> TaskStatus.FAILURE;
        };
    ReplyMessage reply =
        new ReplyMessage(
            task.id(), status, outcome.value(), outcome.error(), null, task.attempt(), null, null);
    byte[] body = wire.writeReplyOrFailure(reply, task.id()).body();
    Duration wait = outcome.retryAfter();
    ByteBuffer content = ByteBuffer.allocate(1 + Long.BYTES + body.length);
    content.put((byte) outcome.kind().ordinal());
    content.putLong(wait == null ? NO_WAIT : wait.toNanos());
    return new Frame(Type.DONE, content.put(body).array());
  }

  Outcome outcome(Frame done) throws IOException {
    ByteBuffer content = ByteBuffer.wrap(done.content());
    Outcome.Kind told = Outcome.Kind.values()[content.get()];
    long wait = content.getLong();
    byte[] body = new byte[content.remaining()];
    content.get(body);
    Decoded<ReplyMessage> reply =
        wire.readReply(new WireMessage("application/json", "utf-8", null, null, Map.of(), body));
    if (reply.value() == null) {
      throw new IOException("not an outcome: " + reply.detail());
    }
    ReplyMessage value = reply.value();
    // A value that could not be written became a failure on the way.
    boolean isUnfit = told == Outcome.Kind.SUCCEEDED && value.status() == TaskStatus.FAILURE;
    return new Outcome(
        isUnfit ? Outcome.Kind.FAILED : told,
        value.result(),
        value.error(),
        wait == NO_WAIT ? null : Duration.ofNanos(wait));
  }

  static Frame progress(Progress progress) {
    ByteBuffer content = ByteBuffer.allocate(2 * Long.BYTES);
    content.putLong(progress.current()).putLong(progress.total());
    return new Frame(Type.PROGRESS, content.array());
  }

  static Progress progress(Frame frame) {
    ByteBuffer content = ByteBuffer.wrap(frame.content());
    return new Progress(content.getLong(), content.getLong());
  }
}
