package dev.warren.producer.api;

import dev.warren.WarrenSettings;
import dev.warren.producer.dispatch.NewTask;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/**
 * Reads a task from what a caller posts:
 *
 * <pre>{@code
 * {"task": "text.word_count", "args": ["…"], "kwargs": {}, "queue": "tasks", "options": {"maxRetries": 3}}
 * }</pre>
 *
 * Only {@code task} is required. Collects all that is wrong; nothing is ignored in silence.
 */
@Component
final class TaskReader {

  /** What a task may be called. */
  static final Pattern NAME = Pattern.compile("[A-Za-z_][\\w.\\-]{0,254}");

  private static final Set<String> FIELDS = Set.of("task", "args", "kwargs", "queue", "options");

  private final WarrenSettings settings;
  private final OptionsReader options;

  TaskReader(WarrenSettings settings, OptionsReader options) {
    this.settings = settings;
    this.options = options;
  }

  /**
   * The task.
   *
   * @throws ProblemException {@code invalid-task} that names each wrong field by a JSON pointer
   */
  NewTask read(JsonNode body) {
    FieldErrors errors = new FieldErrors();
    if (!body.isObject()) {
      errors.add("", "must be an object");
    }
    errors.requireKnown(body, "", FIELDS);
    NewTask task =
        new NewTask(
            name(body, errors),
            args(body, errors),
            kwargs(body, errors),
            queue(body, errors),
            options.read(body.path("options"), errors));
    errors.raise();
    return task;
  }

  static String name(JsonNode body, FieldErrors errors) {
    JsonNode name = body.path("task");
    if (name.isMissingNode()) {
      errors.add("/task", "is required");
    } else if (!name.isString() || !NAME.matcher(name.asString()).matches()) {
      errors.add(
          "/task",
          "must be a name of 1 to 255 letters, digits, '_', '.', '-' that begins with a letter"
              + " or '_'");
    }
    return name.asString("");
  }

  private static List<JsonNode> args(JsonNode body, FieldErrors errors) {
    JsonNode args = body.path("args");
    if (!args.isMissingNode() && !args.isArray()) {
      errors.add("/args", "must be an array");
    }
    List<JsonNode> values = new ArrayList<>(args.size());
    args.forEach(values::add);
    return values;
  }

  private static Map<String, JsonNode> kwargs(JsonNode body, FieldErrors errors) {
    JsonNode kwargs = body.path("kwargs");
    if (!kwargs.isMissingNode() && !kwargs.isObject()) {
      errors.add("/kwargs", "must be an object");
    }
    Map<String, JsonNode> values = new LinkedHashMap<>();
    kwargs.properties().forEach(field -> values.put(field.getKey(), field.getValue()));
    return values;
  }

  String queue(JsonNode body, FieldErrors errors) {
    JsonNode queue = body.path("queue");
    if (queue.isMissingNode()) {
      return settings.defaultQueue();
    }
    if (!queue.isString() || !settings.queues().containsKey(queue.asString())) {
      errors.add(
          "/queue",
          "must be one of the queues that this producer knows (warren.queues.<name>.max-length): "
              + String.join(", ", settings.queues().keySet()));
    }
    return queue.asString("");
  }
}
