package dev.warren.worker.execute;

import dev.warren.worker.TaskContext;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Celery's {@code celery.accumulate}: returns its arguments, or the one at {@code index}. Clients
 * use it to learn how far a queue has been worked off.
 *
 * @see <a href="https://github.com/celery/celery/blob/main/celery/app/builtins.py">builtins.py</a>
 */
final class AccumulateTask implements TaskHandler {

  @Override
  public @Nullable Object call(
      List<JsonNode> args, Map<String, JsonNode> kwargs, TaskContext context) {
    JsonNode index = kwargs.get("index");
    if (index == null || index.isNull()) {
      return args;
    }
    int place = index.asInt(-1);
    if (place < 0 || place >= args.size()) {
      throw new TaskArgumentException("'index' must be from 0 to below " + args.size());
    }
    return args.get(place);
  }
}
