package dev.warren.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Several replies to one Warren client in one message: a line for each, with its correlation id, a
 * space, and its body. They are read one by one, each with its own limits, so that one that cannot
 * be read does not touch its neighbours.
 *
 * <p>Only for who says that it understands them ({@link TaskMessage#bundledReplies}): no client of
 * Celery does.
 */
public final class ReplyBundle {

  private static final String CONTENT_TYPE = "application/x-warren-replies";

  private ReplyBundle() {}

  /** Whether a reply can be one of several. */
  public static boolean canHold(WireMessage reply) {
    String id = reply.correlationId();
    if (id == null || !reply.headers().isEmpty() || !Json.isName(id) || id.indexOf(' ') >= 0) {
      return false;
    }
    for (byte one : reply.body()) {
      if (one == '\n') {
        return false;
      }
    }
    return true;
  }

  /**
   * Several replies, or one, as a message.
   *
   * @param replies each of which it {@link #canHold}
   */
  public static WireMessage of(List<WireMessage> replies) {
    ByteArrayOutputStream body = new ByteArrayOutputStream(512 * replies.size());
    for (WireMessage reply : replies) {
      body.writeBytes((reply.correlationId() + " ").getBytes(StandardCharsets.UTF_8));
      body.writeBytes(reply.body());
      body.write('\n');
    }
    return new WireMessage(CONTENT_TYPE, null, null, null, Map.of(), body.toByteArray());
  }

  /** Whether a message has several replies. */
  public static boolean is(WireMessage message) {
    return CONTENT_TYPE.equals(message.contentType());
  }

  /** The replies in such a message, each as a message of its own. */
  public static List<WireMessage> read(WireMessage message) {
    List<WireMessage> replies = new ArrayList<>();
    byte[] body = message.body();
    int start = 0;
    for (int i = 0; i < body.length; i++) {
      if (body[i] == '\n') {
        replies.add(line(body, start, i));
        start = i + 1;
      }
    }
    if (start < body.length) {
      replies.add(line(body, start, body.length));
    }
    return replies;
  }

  private static WireMessage line(byte[] body, int from, int to) {
    int space = from;
    while (space < to && body[space] != ' ') {
      space++;
    }
    String id = new String(body, from, space - from, StandardCharsets.UTF_8);
    byte[] reply = Arrays.copyOfRange(body, Math.min(space + 1, to), to);
    return new WireMessage(Json.CONTENT_TYPE, "utf-8", id, null, Map.of(), reply);
  }
}
