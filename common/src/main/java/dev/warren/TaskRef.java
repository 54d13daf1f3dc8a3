package dev.warren;

import java.util.Arrays;
import java.util.Collections;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.type.TypeFactory;

/**
 * A task's name with the type of its result: one constant, shared by the side that calls and the
 * side that runs it.
 *
 * <pre>{@code
 * static final TaskRef<Integer> WORD_COUNT = TaskRef.of("text.word_count", Integer.class);
 * }</pre>
 *
 * Immutable.
 *
 * @param <R> the result's type; the reply's JSON is bound to it by Jackson
 */
public final class TaskRef<R> {

  private final String name;
  private final JavaType resultType;

  private TaskRef(String name, JavaType resultType) {
    if (Objects.requireNonNull(name, "name").isBlank()) {
      throw new IllegalArgumentException("a task needs a name");
    }
    this.name = name;
    this.resultType = resultType;
  }

  /** A task whose result is of a plain class. */
  public static <R> TaskRef<R> of(String name, Class<R> resultType) {
    return new TaskRef<>(name, TypeFactory.createDefaultInstance().constructType(resultType));
  }

  /** A task whose result is of a generic type, as {@code new TypeReference<List<String>>() {}}. */
  public static <R> TaskRef<R> of(String name, TypeReference<R> resultType) {
    return new TaskRef<>(name, TypeFactory.createDefaultInstance().constructType(resultType));
  }

  /** A call of this task with positional arguments, to be given more and submitted. */
  public TaskCall<R> with(@Nullable Object... args) {
    return TaskCall.of(this, Collections.unmodifiableList(Arrays.asList(args.clone())));
  }

  /** The name under which workers register the task. */
  public String name() {
    return name;
  }

  /** The type that the result is bound to. */
  public JavaType resultType() {
    return resultType;
  }

  @Override
  public String toString() {
    return name;
  }
}
