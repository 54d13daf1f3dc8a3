package dev.warren.wire;

import dev.warren.WarrenException.EncodingException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/**
 * Writes and reads tasks and replies: Celery's message protocol v2 with a JSON body {@code [args,
 * kwargs, embed]}, the body of Celery's rpc results, and its remote control.
 *
 * <p>Reading never throws: it gives a value or the reason why there is none. Writing throws {@link
 * EncodingException} for what is not JSON or too large. Immutable and thread-safe.
 *
 * @see <a href="https://docs.celeryq.dev/en/stable/internals/protocol.html">Celery's protocol</a>
 */
public final class WireFormat {

  /** Header that holds the bytes of properties that could not be read. */
  public static final String UNREADABLE = "x-warren-unreadable-properties";

  /** Header that counts the attempts of a task whose worker was lost. */
  public static final String LOST_ATTEMPTS = "warren_lost_attempts";

  private static final DateTimeFormatter MOMENT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSxxx").withZone(ZoneOffset.UTC);

  private static final long NANOS_OF_A_MICRO = 1_000;

  private final Json json;
  private final TaskFormat tasks;
  private final ReplyFormat replies;
  private final ControlFormat control = new ControlFormat();
  private final ItemFormat items;
  private final PlainValues plainValues;

  /**
   * @param maxBytes largest body that is written or read
   */
  public WireFormat(int maxBytes) {
    this.json = new Json(maxBytes);
    this.tasks = new TaskFormat(json);
    this.replies = new ReplyFormat(json);
    this.items = new ItemFormat(json);
    this.plainValues = new PlainValues(json.mapper());
  }

  /**
   * A moment as Celery reads it: with six digits behind the point, because it takes whatever stands
   * there for microseconds. Not earlier than the moment.
   */
  public static String moment(Instant moment) {
    long beyond = moment.getNano() % NANOS_OF_A_MICRO;
    Instant whole = beyond == 0 ? moment : moment.plusNanos(NANOS_OF_A_MICRO - beyond);
    String text = Moments.micros(whole);
    return text != null ? text : MOMENT.format(whole);
  }

  /** The mapper that binds arguments and results to Java types. */
  public JsonMapper mapper() {
    return json.mapper();
  }

  /** What need not be bound by the {@link #mapper()}. */
  public PlainValues plainValues() {
    return plainValues;
  }

  /**
   * A task as a message.
   *
   * @throws EncodingException if an argument cannot be written as JSON, or the body is too large
   */
  public WireMessage writeTask(TaskMessage task) {
    return tasks.write(task);
  }

  /** The task in a message, or the reason why there is none. */
  public Decoded<TaskMessage> readTask(WireMessage message) {
    return tasks.read(message);
  }

  /**
   * The id that a message carries, even if nothing else in it can be understood. Protocol 1 has it
   * in the body; its clients send it as the correlation id, too.
   */
  public static @Nullable String taskId(WireMessage message) {
    Object id =
        message.headers().get("task") == null && message.headers().get("id") == null
            ? message.correlationId()
            : message.headers().get("id");
    return id instanceof String text && Json.isName(text) ? text : null;
  }

  /**
   * The signature in an argument of a task.
   *
   * @return the signature, or the reason why there is none
   */
  public static Decoded<Signature> readSignature(@Nullable JsonNode argument) {
    try {
      return Decoded.of(
          CanvasFormat.signature(argument == null ? MissingNode.getInstance() : argument));
    } catch (MalformedException e) {
      return e.decoded();
    }
  }

  /**
   * A reply as a message.
   *
   * @param correlationId the task's
   * @throws EncodingException if the result cannot be written as JSON, or the body is too large
   */
  public WireMessage writeReply(ReplyMessage reply, String correlationId) {
    return replies.write(reply, correlationId);
  }

  /**
   * As {@link #writeReply}, but a result that cannot be written becomes a failure that says so; a
   * failure goes without its values.
   */
  public WireMessage writeReplyOrFailure(ReplyMessage reply, String correlationId) {
    try {
      return writeReply(reply, correlationId);
    } catch (EncodingException e) {
      return writeReply(reply.failed(String.valueOf(e.getMessage())), correlationId);
    }
  }

  /** The reply in a message, from a Warren or a Celery worker, or the reason why there is none. */
  public Decoded<ReplyMessage> readReply(WireMessage message) {
    return replies.read(message);
  }

  /**
   * A remote control command as a message.
   *
   * @throws EncodingException if an argument cannot be written as JSON, or the body is too large
   */
  public WireMessage writeControl(ControlRequest request) {
    return control.write(request);
  }

  /** The remote control command in a message, or the reason why there is none. */
  public Decoded<ControlRequest> readControl(WireMessage message) {
    return control.read(message);
  }

  /**
   * A worker's answer to a command as a message.
   *
   * @throws EncodingException if it cannot be written as JSON, or is too large
   */
  public WireMessage writeControlReply(ControlReply reply) {
    return control.write(reply);
  }

  /** Whether a message is an answer to a command, and no task's reply. */
  public static boolean isControlReply(WireMessage message) {
    return message.correlationId() == null
        && message.headers().get(ControlFormat.TICKET) instanceof String;
  }

  /** A worker's answer to a command, or the reason why there is none. */
  public Decoded<ControlReply> readControlReply(WireMessage message) {
    return control.readReply(message);
  }

  /** The strings in an argument of a command: one, or a list of them; nothing else. */
  public static List<String> strings(@Nullable Object argument) {
    return ControlFormat.names(argument instanceof JsonNode node ? node : null);
  }

  /**
   * An item of a queue as a message: its JSON and nothing around it.
   *
   * @throws EncodingException if it cannot be written as JSON, or is too large
   */
  public WireMessage writeItem(@Nullable Object item) {
    return items.write(item);
  }

  /** The item in a message, empty for JSON's null, or the reason why there is none. */
  public <T> Decoded<Optional<T>> readItem(WireMessage message, JavaType type) {
    return items.read(message, type);
  }
}
