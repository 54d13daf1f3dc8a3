package dev.warren.wire;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Some items of a map in one message: {@code celery.map} or {@code celery.starmap}, so that a
 * Celery worker could serve them too; one item alone is the plain task.
 *
 * @see <a href="https://github.com/celery/celery/blob/main/celery/app/builtins.py">builtins.py</a>
 */
public final class ChunkMessage {

  private ChunkMessage() {}

  /**
   * A new message.
   *
   * @param task the task that is called with each item
   * @param star whether an item is the list of a call's arguments rather than the only one
   */
  public static TaskMessage of(
      String id, String task, List<? extends @Nullable Object> items, boolean star) {
    return items.size() == 1
        ? TaskMessage.of(id, task, star ? arguments(items.get(0)) : items, Map.of())
        : ofMany(id, task, items, star);
  }

  /** As {@link #of}, but a map whatever the number of items. */
  public static TaskMessage ofMany(
      String id, String task, List<? extends @Nullable Object> items, boolean star) {
    return TaskMessage.of(
        id,
        star ? "celery.starmap" : "celery.map",
        List.of(),
        Map.of("task", Signature.of(task), "it", items));
  }

  private static List<? extends @Nullable Object> arguments(@Nullable Object item) {
    if (item instanceof List<?> arguments) {
      return arguments;
    }
    if (item instanceof JsonNode array && array.isArray()) {
      List<JsonNode> arguments = new ArrayList<>(array.size());
      array.forEach(arguments::add);
      return arguments;
    }
    return Arrays.asList(item); // not possible for callers without unchecked casts; it will not fit
  }
}
