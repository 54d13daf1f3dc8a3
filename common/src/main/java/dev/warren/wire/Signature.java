package dev.warren.wire;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A task that is named in another task's message, as Celery's canvas writes it. Field names are
 * Celery's. Values are any objects that Jackson can write; in one that was read they are {@code
 * JsonNode}s.
 *
 * @param immutable whether its only arguments are its own: the value of the task before it is none
 */
public record Signature(
    String task,
    List<? extends @Nullable Object> args,
    Map<String, ? extends @Nullable Object> kwargs,
    Map<String, ? extends @Nullable Object> options,
    @Nullable String subtask_type,
    boolean immutable) {

  static final String GROUP = "celery.group";
  static final String CHAIN = "celery.chain";

  /** Just the name; arguments come from where the signature stands. */
  public static Signature of(String task) {
    return new Signature(task, List.of(), Map.of(), Map.of(), null, false);
  }

  /** Whether it stands for several tasks side by side. */
  @JsonIgnore
  public boolean isGroup() {
    return task.equals(GROUP);
  }

  /** Whether it stands for several tasks one after the other. */
  @JsonIgnore
  public boolean isChain() {
    return task.equals(CHAIN);
  }
}
