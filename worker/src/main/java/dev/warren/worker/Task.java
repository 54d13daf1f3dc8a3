package dev.warren.worker;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes a public method of a Spring bean a task that callers run by name.
 *
 * <pre>{@code
 * @Component
 * class TextTasks {
 *   @Task("text.word_count")
 *   public int wordCount(String text) { ... }
 * }
 * }</pre>
 *
 * <p>Positional arguments are bound to the parameters in order, keyword arguments by the
 * parameters' names (compile with {@code -parameters}, as Spring Boot's build does), each converted
 * by Jackson to the parameter's type. A parameter that is {@code Optional} or {@code @Nullable} may
 * be left out; a varargs parameter takes the positional arguments that remain. The return value is
 * sent as JSON; whatever the method throws becomes the caller's {@code TaskFailedException}. A
 * parameter of type {@link TaskContext} is no argument: through it the task tells its progress.
 *
 * <p>Slots run on threads of their own: a bean with tasks must be thread-safe. A task should end
 * soon after its thread is interrupted, which is how a worker that shuts down asks for it.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Task {

  /** The name by which callers know the task, unique in a worker; by habit {@code group.action}. */
  String value();
}
