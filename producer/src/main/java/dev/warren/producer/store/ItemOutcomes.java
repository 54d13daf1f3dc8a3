package dev.warren.producer.store;

import dev.warren.wire.TaskError;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.io.JsonStringEncoder;

/**
 * The outcomes of a part's items, as {@link StoredTask#result} of a part holds them: the text of a
 * JSON array with an element for each item that has an outcome, in the items' order. An element is
 * {@code {"v":value}} or {@code {"e":{"type":…,"message":…,"trace":…}}}, where {@code trace} may be
 * left out.
 *
 * <p>Values are copied as they came and never parsed, so that a number keeps its digits and a part
 * of many failing items does not cost more with each of them.
 */
public final class ItemOutcomes {

  private ItemOutcomes() {}

  /** These outcomes (null is none), and one value more for each JSON text. */
  static @Nullable String withValues(@Nullable String outcomes, List<String> values) {
    List<String> elements = new ArrayList<>(values.size());
    values.forEach(value -> elements.add("{\"v\":" + value + "}"));
    return with(outcomes, elements);
  }

  /** These outcomes (null is none), and the same failure for so many items more. */
  static @Nullable String withErrors(@Nullable String outcomes, TaskError error, int items) {
    List<String> elements = new ArrayList<>(items);
    for (int i = 0; i < items; i++) {
      // One trace is enough for all of them.
      elements.add(element(error, i == 0 ? error.trace() : null));
    }
    return with(outcomes, elements);
  }

  /** The JSON texts of the elements of a JSON list; null if the text is none. */
  public static @Nullable List<String> elements(@Nullable String json) {
    String text = json == null ? "" : json.strip();
    int last = text.length() - 1;
    if (last < 1 || text.charAt(0) != '[' || text.charAt(last) != ']') {
      return null;
    }
    List<String> elements = new ArrayList<>();
    int depth = 0;
    int start = 1;
    for (int i = 1; i < last; i++) {
      switch (text.charAt(i)) {
        case '"' -> i = endOfString(text, i);
        case '[', '{' -> depth++;
        case ']', '}' -> depth--;
        case ',' -> {
          if (depth == 0) {
            elements.add(text.substring(start, i).strip());
            start = i + 1;
          }
        }
        default -> {}
      }
    }
    String rest = text.substring(start, last).strip();
    if (!rest.isEmpty()) {
      elements.add(rest);
    }
    return elements;
  }

  private static int endOfString(String text, int quote) {
    int i = quote + 1;
    while (i < text.length() && text.charAt(i) != '"') {
      i += text.charAt(i) == '\\' ? 2 : 1;
    }
    return i;
  }

  private static @Nullable String with(@Nullable String outcomes, List<String> elements) {
    if (elements.isEmpty()) {
      return outcomes;
    }
    String more = String.join(",", elements) + "]";
    return outcomes == null
        ? "[" + more
        : outcomes.substring(0, outcomes.length() - 1) + "," + more;
  }

  private static String element(TaskError error, @Nullable String trace) {
    String told = trace == null ? "" : ",\"trace\":" + quoted(trace);
    return "{\"e\":{\"type\":%s,\"message\":%s%s}}"
        .formatted(quoted(error.type()), quoted(error.message()), told);
  }

  private static String quoted(String text) {
    return '"' + new String(JsonStringEncoder.getInstance().quoteAsCharArray(text)) + '"';
  }
}
