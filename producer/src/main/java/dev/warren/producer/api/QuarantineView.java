package dev.warren.producer.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import dev.warren.rabbit.AmqpMessages;
import dev.warren.rabbit.DeadLetter;
import dev.warren.wire.WireFormat;
import dev.warren.wire.WireMessage;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Date;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message in quarantine as callers see it. What the message does not tell is null.
 *
 * @param key what the message is called in paths; stays the same while it is here
 * @param reason a code: why it is here. The broker's own word if the broker threw it out
 * @param detail more of it, for people
 * @param worker who put it here
 * @param time when
 * @param task the name of the task that it asks for
 * @param id the task's id
 * @param size bytes of the body
 * @param truncated whether the body is cut here
 * @param body the body, if it is UTF-8
 * @param bodyBase64 the body otherwise
 * @param headers its headers, if it is shown whole
 */
record QuarantineView(
    String key,
    @Nullable String reason,
    @Nullable String detail,
    @Nullable String worker,
    @Nullable String time,
    @Nullable String task,
    @Nullable String id,
    @Nullable String contentType,
    @Nullable String replyTo,
    int size,
    boolean truncated,
    @JsonInclude(Include.NON_NULL) @Nullable String body,
    @JsonInclude(Include.NON_NULL) @Nullable String bodyBase64,
    @JsonInclude(Include.NON_NULL) @Nullable Map<String, @Nullable Object> headers) {

  /** As one of many. */
  static QuarantineView brief(DeadLetter letter) {
    return of(letter, null);
  }

  /** With all that is known. */
  static QuarantineView whole(DeadLetter letter) {
    return of(letter, letter.message().headers());
  }

  private static QuarantineView of(
      DeadLetter letter, @Nullable Map<String, @Nullable Object> headers) {
    WireMessage message = letter.message();
    String text = text(message.body(), letter.isCut());
    String reason = text(message, "x-warren-reason");
    String time = text(message, "x-warren-time");
    return new QuarantineView(
        letter.key(),
        reason == null ? text(message, "x-first-death-reason") : reason,
        text(message, "x-warren-detail"),
        text(message, "x-warren-worker"),
        time == null ? deathTime(message) : time,
        text(message, "task"),
        WireFormat.taskId(message),
        message.contentType(),
        message.replyTo(),
        letter.size(),
        letter.isCut(),
        text,
        text == null ? Base64.getEncoder().encodeToString(message.body()) : null,
        headers);
  }

  private static @Nullable String text(WireMessage message, String header) {
    return message.headers().get(header) instanceof String text ? text : null;
  }

  /** What the broker notes of a message that it throws out itself. */
  private static @Nullable String deathTime(WireMessage message) {
    Map<?, ?> death = AmqpMessages.lastDeath(message);
    return death != null && death.get("time") instanceof Date time
        ? time.toInstant().toString()
        : null;
  }

  /** Null if it is not UTF-8; of a body that is cut, the last character may be missing. */
  private static @Nullable String text(byte[] body, boolean isCut) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    CharBuffer text = CharBuffer.allocate(body.length);
    boolean isText = !decoder.decode(ByteBuffer.wrap(body), text, !isCut).isError();
    return isText ? text.flip().toString() : null;
  }
}
