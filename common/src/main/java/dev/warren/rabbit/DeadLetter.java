package dev.warren.rabbit;

import dev.warren.wire.WireMessage;
import org.jspecify.annotations.Nullable;

/**
 * A message in quarantine.
 *
 * @param key what {@link DeadLetters} knows it by: made of its properties and its body, so that it
 *     stays as long as the message does. Messages that are the same in everything share one
 * @param message the message as it came, with the headers {@code x-warren-*} that say why it is
 *     here; its body may be cut
 * @param size bytes of its whole body
 * @param messageId the publisher's id, or null
 */
public record DeadLetter(String key, WireMessage message, int size, @Nullable String messageId) {

  /** Whether the body is cut. */
  public boolean isCut() {
    return message.body().length < size;
  }
}
