package dev.warren.producer.api;

import dev.warren.WarrenSettings;
import dev.warren.producer.dispatch.NewTask;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/**
 * Reads a task from what a caller posts:
 *
 * <pre>{@code
 * {"task": "text.word_count", "args": ["…"], "kwargs": {}, "queue": "tasks", "options": {"expires": 60}}
 * }</pre>
 *
 * Only {@code task} is required. Collects all that is wrong; nothing is ignored in silence.
 */
@Component
final class TaskReader {

  private static final Pattern NAME = Pattern.compile("[A-Za-z_][\\w.\\-]{0,254}");
  private static final Set<String> FIELDS = Set.of("task", "args", "kwargs", "queue", "options");
  private static final Set<String> OPTIONS = Set.of("expires");
  private static final Duration LATEST_EXPIRY = Duration.ofDays(366);
  private static final int MAX_ERRORS = 20;

  private final WarrenSettings settings;
  private final Clock clock;

  TaskReader(WarrenSettings settings, Clock clock) {
    this.settings = settings;
    this.clock = clock;
  }

  /**
   * The task.
   *
   * @throws ProblemException {@code invalid-task} that names each wrong field by a JSON pointer
   */
  NewTask read(JsonNode body) {
    List<FieldError> errors = new ArrayList<>();
    NewTask task = read(body, errors);
    if (!errors.isEmpty()) {
      throw new ProblemException(Problem.INVALID_TASK, summary(errors))
          .with("errors", errors.subList(0, Math.min(MAX_ERRORS, errors.size())));
    }
    return task;
  }

  /** One field that is wrong. */
  record FieldError(String pointer, String detail) {}

  private NewTask read(JsonNode body, List<FieldError> errors) {
    if (!body.isObject()) {
      errors.add(new FieldError("", "must be an object"));
    }
    requireKnown(body, "", FIELDS, errors);
    return new NewTask(
        name(body, errors),
        args(body, errors),
        kwargs(body, errors),
        queue(body, errors),
        expires(body, errors));
  }

  private static String name(JsonNode body, List<FieldError> errors) {
    JsonNode name = body.path("task");
    if (name.isMissingNode()) {
      errors.add(new FieldError("/task", "is required"));
    } else if (!name.isString() || !NAME.matcher(name.asString()).matches()) {
      errors.add(
          new FieldError(
              "/task",
              "must be a name of 1 to 255 letters, digits, '_', '.', '-' that begins with a letter"
                  + " or '_'"));
    }
    return name.asString("");
  }

  private static List<JsonNode> args(JsonNode body, List<FieldError> errors) {
    JsonNode args = body.path("args");
    if (!args.isMissingNode() && !args.isArray()) {
      errors.add(new FieldError("/args", "must be an array"));
    }
    List<JsonNode> values = new ArrayList<>(args.size());
    args.forEach(values::add);
    return values;
  }

  private static Map<String, JsonNode> kwargs(JsonNode body, List<FieldError> errors) {
    JsonNode kwargs = body.path("kwargs");
    if (!kwargs.isMissingNode() && !kwargs.isObject()) {
      errors.add(new FieldError("/kwargs", "must be an object"));
    }
    Map<String, JsonNode> values = new LinkedHashMap<>();
    kwargs.properties().forEach(field -> values.put(field.getKey(), field.getValue()));
    return values;
  }

  private String queue(JsonNode body, List<FieldError> errors) {
    JsonNode queue = body.path("queue");
    if (queue.isMissingNode()) {
      return settings.defaultQueue();
    }
    if (!queue.isString() || !settings.queues().containsKey(queue.asString())) {
      errors.add(
          new FieldError(
              "/queue",
              "must be one of the queues that this producer knows (warren.queues.<name>.max-length): "
                  + String.join(", ", settings.queues().keySet())));
    }
    return queue.asString("");
  }

  private @Nullable Instant expires(JsonNode body, List<FieldError> errors) {
    JsonNode options = body.path("options");
    if (!options.isMissingNode() && !options.isObject()) {
      errors.add(new FieldError("/options", "must be an object"));
    }
    requireKnown(options, "/options", OPTIONS, errors);
    JsonNode expires = options.path("expires");
    if (expires.isMissingNode()) {
      return null;
    }
    Instant now = clock.instant();
    Instant moment = moment(expires, now);
    if (moment == null || !moment.isAfter(now) || moment.isAfter(now.plus(LATEST_EXPIRY))) {
      errors.add(
          new FieldError(
              "/options/expires",
              "must be seconds from now, or a moment with an offset as 2026-01-31T12:00:00Z; to"
                  + " come, and within "
                  + LATEST_EXPIRY.toDays()
                  + " days"));
    }
    return moment;
  }

  private static @Nullable Instant moment(JsonNode expires, Instant now) {
    if (expires.isNumber()) {
      BigDecimal seconds = expires.decimalValue();
      boolean near = seconds.compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) <= 0;
      return near && seconds.signum() > 0
          ? now.plusNanos(seconds.movePointRight(9).longValue())
          : null;
    }
    try {
      return expires.isString() ? OffsetDateTime.parse(expires.asString()).toInstant() : null;
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  private static void requireKnown(
      JsonNode object, String pointer, Set<String> known, List<FieldError> errors) {
    for (String name : object.propertyNames()) {
      if (!known.contains(name)) {
        errors.add(
            new FieldError(
                pointer + "/" + escaped(name),
                "is not known; known are " + String.join(", ", new TreeSet<>(known))));
      }
    }
  }

  /** As in a JSON pointer (RFC 6901); no longer than a person would read. */
  private static String escaped(String name) {
    String text = name.length() <= 100 ? name : name.substring(0, 100) + "…";
    return text.replace("~", "~0").replace("/", "~1");
  }

  private static String summary(List<FieldError> errors) {
    FieldError first = errors.get(0);
    String where = first.pointer().isEmpty() ? "the body" : first.pointer();
    return errors.size() == 1
        ? where + " " + first.detail()
        : "%s %s; and %d more".formatted(where, first.detail(), errors.size() - 1);
  }
}
