package dev.warren.worker.delivery;

import dev.warren.worker.execute.TaskRules;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the rules of a task are, in the words of Celery's {@code inspect registered}. */
final class TaskInfo {

  private TaskInfo() {}

  /** The name, and those of the items that there are: {@code work [rate_limit=10/s]}. */
  static String of(String name, @Nullable TaskRules rules, List<String> items) {
    String found =
        items.stream()
            .map(item -> pair(item, rules))
            .filter(pair -> !pair.isEmpty())
            .collect(Collectors.joining(" "));
    return found.isEmpty() ? name : name + " [" + found + "]";
  }

  private static String pair(String item, @Nullable TaskRules rules) {
    Object value =
        switch (item) {
          case "acks_late" -> "True";
          case "serializer" -> "json";
          case "time_limit" -> rules == null ? null : seconds(rules.timeLimit());
          case "soft_time_limit" -> rules == null ? null : seconds(rules.softTimeLimit());
          case "rate_limit" -> rules == null || rules.quota() == null ? null : rules.quota().rate();
          default -> null;
        };
    return value == null ? "" : item + "=" + value;
  }

  private static @Nullable Object seconds(@Nullable Duration limit) {
    return limit == null ? null : limit.toMillis() / 1_000.0;
  }
}
