package dev.warren.worker.event;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Values as Python's {@code repr} writes them, cut to a length: who watches sees the tasks of Java
 * and of Python alike. Never throws, whatever a value's own methods do.
 */
final class PythonText {

  private static final int DEEPEST = 20;

  private final int longest;
  private final StringBuilder out = new StringBuilder();

  private PythonText(int longest) {
    this.longest = longest;
  }

  /** A value, as in {@code {'a': [1, True, None]}}. */
  static String of(@Nullable Object value, int longest) {
    PythonText text = new PythonText(longest);
    try {
      text.write(value, 0);
    } catch (RuntimeException | StackOverflowError e) {
      return "<" + value.getClass().getSimpleName() + ">";
    }
    return cut(text.out.toString(), longest);
  }

  /** Positional arguments, as in {@code (2, 2)} and {@code (2,)}. */
  static String tuple(List<? extends @Nullable Object> values, int longest) {
    String list = of(values, longest);
    if (!list.startsWith("[") || !list.endsWith("]")) {
      return list.startsWith("[") ? "(" + list.substring(1) : list;
    }
    return "(" + list.substring(1, list.length() - 1) + (values.size() == 1 ? ",)" : ")");
  }

  /** Cut to length, and without the lone surrogates that JSON cannot carry. */
  static String cut(String text, int longest) {
    String cut = text.length() <= longest ? text : text.substring(0, longest - 1) + "…";
    return new String(cut.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  private boolean isFull() {
    return out.length() > longest;
  }

  private void write(@Nullable Object value, int depth) {
    if (isFull()) {
      return;
    }
    if (depth > DEEPEST) {
      out.append("...");
    } else if (value == null) {
      out.append("None");
    } else if (value instanceof JsonNode node) {
      writeNode(node, depth);
    } else if (value instanceof Boolean is) {
      out.append(is ? "True" : "False");
    } else if (value instanceof CharSequence text) {
      quote(text);
    } else if (value instanceof Map<?, ?> map) {
      writeEntries(map.entrySet().iterator(), depth);
    } else if (value instanceof Collection<?> values) {
      writeItems(values.iterator(), depth);
    } else {
      out.append(value);
    }
  }

  private void writeNode(JsonNode node, int depth) {
    if (node.isNull() || node.isMissingNode()) {
      out.append("None");
    } else if (node.isBoolean()) {
      out.append(node.asBoolean() ? "True" : "False");
    } else if (node.isString()) {
      quote(node.asString());
    } else if (node.isArray()) {
      writeItems(node.iterator(), depth);
    } else if (node.isObject()) {
      writeEntries(node.properties().iterator(), depth);
    } else {
      out.append(node.asString());
    }
  }

  private void writeItems(Iterator<?> items, int depth) {
    out.append('[');
    for (String between = ""; items.hasNext() && !isFull(); between = ", ") {
      out.append(between);
      write(items.next(), depth + 1);
    }
    out.append(']');
  }

  private void writeEntries(Iterator<? extends Map.Entry<?, ?>> entries, int depth) {
    out.append('{');
    for (String between = ""; entries.hasNext() && !isFull(); between = ", ") {
      Map.Entry<?, ?> entry = entries.next();
      out.append(between);
      write(entry.getKey(), depth + 1);
      out.append(": ");
      write(entry.getValue(), depth + 1);
    }
    out.append('}');
  }

  private void quote(CharSequence text) {
    char quote =
        text.toString().indexOf('\'') >= 0 && text.toString().indexOf('"') < 0 ? '"' : '\'';
    out.append(quote);
    for (int i = 0; i < text.length() && !isFull(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\\' -> out.append("\\\\");
        default -> {
          if (c == quote) {
            out.append('\\').append(c);
          } else if (c < ' ' || c == 0x7f) {
            out.append("\\x%02x".formatted((int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append(quote);
  }
}
