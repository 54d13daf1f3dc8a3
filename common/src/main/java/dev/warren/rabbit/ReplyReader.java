package dev.warren.rabbit;

import dev.warren.wire.ControlReply;
import dev.warren.wire.Decoded;
import dev.warren.wire.OneLine;
import dev.warren.wire.ReplyMessage;
import dev.warren.wire.TaskError;
import dev.warren.wire.TaskStatus;
import dev.warren.wire.WireFormat;
import dev.warren.wire.WireMessage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads what comes to a queue of replies; what cannot be read is logged. Thread-safe. */
final class ReplyReader {

  private static final Logger log = LoggerFactory.getLogger(ReplyReader.class);

  private final WireFormat wire;

  ReplyReader(WireFormat wire) {
    this.wire = wire;
  }

  /**
   * The reply in a message. One that cannot be read, but whose correlation id tells the task, is a
   * FAILURE of type {@code UnreadableReply}; if that does not tell it either there is none.
   */
  @Nullable ReplyMessage reply(WireMessage message) {
    Decoded<ReplyMessage> decoded = wire.readReply(message);
    if (decoded.value() != null) {
      return decoded.value();
    }
    String id = message.correlationId();
    log.warn(
        "a reply to task {} cannot be read: {}", OneLine.of(String.valueOf(id)), decoded.detail());
    if (id == null) {
      return null;
    }
    TaskError error = new TaskError("UnreadableReply", String.valueOf(decoded.detail()), null);
    return new ReplyMessage(id, TaskStatus.FAILURE, null, error, null, 0, null, null);
  }

  /** The answer to a command in a message, or null if it cannot be read. */
  @Nullable ControlReply controlReply(WireMessage message) {
    Decoded<ControlReply> decoded = wire.readControlReply(message);
    if (decoded.value() == null) {
      log.warn("a worker's answer to a command cannot be read: {}", decoded.detail());
    }
    return decoded.value();
  }
}
