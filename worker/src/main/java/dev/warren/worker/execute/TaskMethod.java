package dev.warren.worker.execute;

import dev.warren.WarrenException.ConfigurationException;
import dev.warren.wire.PlainValues;
import dev.warren.worker.TaskContext;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/**
 * A user's method as a task: binds arguments to its parameters as Python binds them to a
 * function's, and calls it. A parameter of type {@link TaskContext} is no argument. Immutable.
 */
final class TaskMethod implements TaskHandler {

  private final Object bean;
  private final Method method;
  private final JsonMapper mapper;
  private final PlainValues plain;
  private final List<Slot> slots;
  private final int contextIndex; // -1 for none
  private final boolean varargs;

  /**
   * One parameter.
   *
   * @param reader binds an argument to it
   */
  private record Slot(String name, JavaType type, boolean optional, ObjectReader reader) {}

  TaskMethod(Object bean, Method method, JsonMapper mapper) {
    this.bean = bean;
    this.method = method;
    this.mapper = mapper;
    this.plain = new PlainValues(mapper);
    this.varargs = method.isVarArgs();
    if (Future.class.isAssignableFrom(method.getReturnType())
        || CompletionStage.class.isAssignableFrom(method.getReturnType())) {
      throw new ConfigurationException(
          this + " cannot be a task: it must return its value, not a future of it", null);
    }
    if (!Modifier.isPublic(method.getModifiers())) {
      throw new ConfigurationException(this + " cannot be a task: it must be public", null);
    }
    method.setAccessible(true); // a public method of a package-private bean
    this.contextIndex = contextIndex(method);
    List<Slot> found = new ArrayList<>();
    for (Parameter parameter : method.getParameters()) {
      if (parameter.getType() != TaskContext.class) {
        found.add(slot(parameter));
      }
    }
    this.slots = List.copyOf(found);
  }

  private int contextIndex(Method of) {
    List<Class<?>> types = List.of(of.getParameterTypes());
    int index = types.indexOf(TaskContext.class);
    if (index != types.lastIndexOf(TaskContext.class)) {
      throw new ConfigurationException(
          this + " cannot be a task: it has two parameters of type TaskContext; remove one", null);
    }
    return index;
  }

  private Slot slot(Parameter parameter) {
    JavaType declared = mapper.constructType(parameter.getParameterizedType());
    JavaType type = parameter.isVarArgs() ? declared.getContentType() : declared;
    boolean optional =
        declared.hasRawClass(Optional.class)
            || parameter.getAnnotatedType().isAnnotationPresent(Nullable.class);
    return new Slot(parameter.getName(), type, optional, mapper.readerFor(type));
  }

  @Override
  public @Nullable Object call(
      List<JsonNode> args, Map<String, JsonNode> kwargs, TaskContext context) throws Throwable {
    @Nullable Object[] values = bind(args, kwargs);
    if (contextIndex >= 0) {
      values[contextIndex] = context;
    }
    try {
      return method.invoke(bean, values);
    } catch (InvocationTargetException e) {
      throw e.getTargetException();
    }
  }

  /** The arguments, with room for the context. */
  private @Nullable Object[] bind(List<JsonNode> args, Map<String, JsonNode> kwargs) {
    int fixed = varargs ? slots.size() - 1 : slots.size();
    if (args.size() > fixed && !varargs) {
      throw new TaskArgumentException(
          "takes %d arguments (%s) but %d were given".formatted(fixed, signature(), args.size()));
    }
    requireKnown(kwargs.keySet(), fixed);
    @Nullable Object[] values = new Object[method.getParameterCount()];
    for (int i = 0; i < fixed; i++) {
      Slot slot = slots.get(i);
      JsonNode named = kwargs.isEmpty() ? null : kwargs.get(slot.name());
      if (i < args.size() && named != null) {
        throw new TaskArgumentException("argument '" + slot.name() + "' was given twice");
      }
      values[place(i)] = value(slot, i < args.size() ? args.get(i) : named);
    }
    if (varargs) {
      values[place(fixed)] =
          rest(slots.get(fixed), args.subList(Math.min(fixed, args.size()), args.size()));
    }
    return values;
  }

  /** Among the parameters, where the context may be before it. */
  private int place(int slot) {
    return contextIndex >= 0 && slot >= contextIndex ? slot + 1 : slot;
  }

  private void requireKnown(Set<String> names, int fixed) {
    if (names.isEmpty()) {
      return;
    }
    Set<String> unknown = new TreeSet<>(names);
    slots.subList(0, fixed).forEach(slot -> unknown.remove(slot.name()));
    if (!unknown.isEmpty()) {
      throw new TaskArgumentException(
          "has no argument '%s'; it takes (%s)%s"
              .formatted(String.join("', '", unknown), signature(), namesHint()));
    }
  }

  private @Nullable Object value(Slot slot, @Nullable JsonNode given) {
    if (given != null) {
      return convert(slot, given);
    }
    if (!slot.optional()) {
      throw new TaskArgumentException(
          "argument '%s' is missing; it takes (%s)".formatted(slot.name(), signature()));
    }
    return slot.type().hasRawClass(Optional.class) ? Optional.empty() : null;
  }

  private Object rest(Slot slot, List<JsonNode> given) {
    Object array = Array.newInstance(slot.type().getRawClass(), given.size());
    for (int i = 0; i < given.size(); i++) {
      Array.set(array, i, convert(slot, given.get(i)));
    }
    return array;
  }

  private @Nullable Object convert(Slot slot, JsonNode given) {
    try {
      Object value = plain.read(given, slot.type());
      return value == null ? slot.reader().readValue(given) : value;
    } catch (JacksonException e) {
      throw new TaskArgumentException(
          "argument '%s' cannot be a %s: %s"
              .formatted(
                  slot.name(),
                  slot.type().getRawClass().getSimpleName(),
                  firstLine(e.getOriginalMessage())));
    }
  }

  private String namesHint() {
    return Arrays.stream(method.getParameters()).allMatch(Parameter::isNamePresent)
        ? ""
        : "; its names are not in the class file: compile it with -parameters";
  }

  private String signature() {
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < slots.size(); i++) {
      boolean rest = varargs && i == slots.size() - 1;
      Slot slot = slots.get(i);
      parts.add(slot.name() + (rest ? "..." : slot.optional() ? "?" : ""));
    }
    return String.join(", ", parts);
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }

  @Override
  public String toString() {
    return method.getDeclaringClass().getName() + "." + method.getName();
  }
}
