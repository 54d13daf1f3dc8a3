package dev.warren.benchmark.codec;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.impl.AMQImpl;
import dev.warren.rabbit.AmqpMessages;
import dev.warren.wire.ReplyMessage;
import dev.warren.wire.TaskMessage;
import dev.warren.wire.TaskStatus;
import dev.warren.wire.WireFormat;
import dev.warren.wire.WireMessage;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The messages that are measured: those of a plain {@code applyAsync}. */
final class Samples {

  /** What the relay's messages have, beside which Warren is measured. */
  private static final int BODY_BYTES = 256;

  private static final String REPLY_QUEUE = "warren.reply." + new UUID(1, 2);

  private Samples() {}

  /**
   * A task with one argument.
   *
   * @param argument {@code number} for 1, {@code text} for one that makes a body of 256 bytes
   */
  static TaskMessage task(WireFormat wire, String argument) {
    TaskMessage small = with("");
    if (argument.equals("number")) {
      return with(1);
    }
    return with("x".repeat(BODY_BYTES - wire.writeTask(small).body().length));
  }

  private static TaskMessage with(Object argument) {
    return TaskMessage.of(new UUID(3, 4).toString(), "nothing", List.of(argument), Map.of())
        .replyingTo(REPLY_QUEUE);
  }

  /** The reply to such a task, whose value is its argument. */
  static ReplyMessage reply(TaskMessage task) {
    Instant begin = Instant.parse("2026-11-22T08:19:55.064350123Z");
    return new ReplyMessage(
        task.id(),
        TaskStatus.SUCCESS,
        task.args().get(0),
        null,
        "worker-1@host",
        1,
        begin,
        begin.plusNanos(1_234_567));
  }

  /** The bytes of a message's properties, as they travel. */
  static byte[] headerFrame(WireMessage message) throws IOException {
    return AmqpMessages.properties(message).toFrame(1, message.body().length).getPayload();
  }

  /** Properties as the AMQP client hands them over: with strings of its own type. */
  static BasicProperties received(byte[] headerFrame) throws IOException {
    return (BasicProperties)
        AMQImpl.readContentHeaderFrom(new DataInputStream(new ByteArrayInputStream(headerFrame)));
  }
}
