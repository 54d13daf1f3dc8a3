package dev.warren.it;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The headers of a message as Celery 5.5's clients send them. */
final class CeleryHeaders {

  private CeleryHeaders() {}

  /** For a task by itself; may be changed. */
  static Map<String, @Nullable Object> of(String task, String id) {
    Map<String, @Nullable Object> headers = new HashMap<>();
    headers.put("lang", "py");
    headers.put("task", task);
    headers.put("id", id);
    headers.put("shadow", null);
    headers.put("eta", null);
    headers.put("expires", null);
    headers.put("group", null);
    headers.put("group_index", null);
    headers.put("retries", 0);
    headers.put("timelimit", Arrays.asList(null, null));
    headers.put("root_id", id);
    headers.put("parent_id", null);
    headers.put("argsrepr", "('the quick brown fox',)");
    headers.put("kwargsrepr", "{}");
    headers.put("origin", "gen28237@vm");
    headers.put("ignore_result", false);
    headers.put("replaced_task_nesting", 0);
    headers.put("stamped_headers", null);
    headers.put("stamps", Map.of());
    return headers;
  }
}
