package dev.warren.producer.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** Collects what is wrong with a JSON body, so that all of it is told at once. Not thread-safe. */
final class FieldErrors {

  private static final int MOST = 20;

  /** One field that is wrong; the pointer is a JSON pointer (RFC 6901). */
  record FieldError(String pointer, String detail) {}

  private final List<FieldError> errors = new ArrayList<>();

  void add(String pointer, String detail) {
    errors.add(new FieldError(pointer, detail));
  }

  /** Adds each field of an object that is not known; nothing is ignored in silence. */
  void requireKnown(JsonNode object, String pointer, Set<String> known) {
    for (String name : object.propertyNames()) {
      if (!known.contains(name)) {
        add(
            pointer + "/" + escaped(name),
            "is not known; known are " + String.join(", ", new TreeSet<>(known)));
      }
    }
  }

  /**
   * Ends the reading if anything is wrong.
   *
   * @throws ProblemException {@code invalid-task} that names each wrong field, the first 20 of them
   */
  void raise() {
    if (!errors.isEmpty()) {
      throw problem();
    }
  }

  /** What {@link #raise} throws; there must be an error. */
  ProblemException problem() {
    return new ProblemException(Problem.INVALID_TASK, summary())
        .with("errors", List.copyOf(errors.subList(0, Math.min(MOST, errors.size()))));
  }

  /** As in a JSON pointer; no longer than a person would read. */
  private static String escaped(String name) {
    String text = name.length() <= 100 ? name : name.substring(0, 100) + "…";
    return text.replace("~", "~0").replace("/", "~1");
  }

  private String summary() {
    FieldError first = errors.get(0);
    String where = first.pointer().isEmpty() ? "the body" : first.pointer();
    return errors.size() == 1
        ? where + " " + first.detail()
        : "%s %s; and %d more".formatted(where, first.detail(), errors.size() - 1);
  }
}
