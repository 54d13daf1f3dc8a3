package dev.warren.wire;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A task that is named in another task's arguments, as Celery's canvas writes it. Field names are
 * Celery's.
 */
public record Signature(
    String task,
    List<Object> args,
    Map<String, Object> kwargs,
    Map<String, Object> options,
    @Nullable String subtask_type,
    boolean immutable) {

  /** Just the name; arguments come from where the signature stands. */
  public static Signature of(String task) {
    return new Signature(task, List.of(), Map.of(), Map.of(), null, false);
  }
}
