package dev.warren.producer.api;

import dev.warren.producer.store.GroupPart;
import dev.warren.producer.store.ItemOutcomes;
import dev.warren.producer.store.StoredTask;
import dev.warren.wire.TaskError;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What became of one item of a group.
 *
 * @param index the item's place in the group
 * @param isDone whether this is its last word
 * @param json the item as callers see it: {@code {"index": 0, "state": "SUCCEEDED", "result": …}},
 *     or with {@code error} where there is no result; values are as the worker sent them
 */
record ItemOutcome(int index, boolean isDone, String json) {

  private static final String VALUE = "{\"v\":";
  private static final JsonMapper JSON = JsonMapper.shared();

  /** All items of a part, in order. */
  static List<ItemOutcome> of(StoredTask part) {
    GroupPart place = Objects.requireNonNull(part.part(), "no part of a group");
    List<String> outcomes = ItemOutcomes.elements(part.result());
    int known = outcomes == null ? 0 : Math.min(outcomes.size(), place.items());
    List<ItemOutcome> items = new ArrayList<>(place.items());
    for (int i = 0; i < place.items(); i++) {
      int index = place.first() + i;
      items.add(
          outcomes != null && i < known
              ? new ItemOutcome(index, true, done(index, outcomes.get(i)))
              : new ItemOutcome(index, part.state().isFinished(), without(index, part)));
    }
    return items;
  }

  private static String done(int index, String outcome) {
    String content = outcome.substring(VALUE.length(), outcome.length() - 1);
    return outcome.startsWith(VALUE)
        ? "{\"index\":%d,\"state\":\"SUCCEEDED\",\"result\":%s}".formatted(index, content)
        : "{\"index\":%d,\"state\":\"FAILED\",\"error\":%s}".formatted(index, content);
  }

  /** One that has no outcome, because its part has not come so far, or never will. */
  private static String without(int index, StoredTask part) {
    if (!part.state().isFinished()) {
      return "{\"index\":%d,\"state\":\"PENDING\"}".formatted(index);
    }
    String error = error(part.error());
    return "{\"index\":%d,\"state\":\"%s\"%s}"
        .formatted(index, part.state(), error == null ? "" : ",\"error\":" + error);
  }

  private static @Nullable String error(@Nullable TaskError error) {
    return error == null
        ? null
        : JSON.writeValueAsString(new TaskView.ErrorView(error.type(), error.message(), null));
  }
}
