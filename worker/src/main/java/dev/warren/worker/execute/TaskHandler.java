package dev.warren.worker.execute;

import dev.warren.worker.TaskContext;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What runs for one task name: a user's method, or a task that every Celery worker knows. */
interface TaskHandler {

  /**
   * Runs the task in the calling thread.
   *
   * @throws TaskArgumentException if the arguments do not fit
   * @throws UnknownTaskException if it needs a task that is not registered
   * @throws Throwable whatever the task throws
   */
  @Nullable Object call(List<JsonNode> args, Map<String, JsonNode> kwargs, TaskContext context)
      throws Throwable;
}
