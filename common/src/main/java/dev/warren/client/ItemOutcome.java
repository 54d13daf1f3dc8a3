package dev.warren.client;

import dev.warren.WarrenException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of one item of a stream: a value, or a failure.
 *
 * @param value the value if there is no failure
 */
record ItemOutcome<R>(@Nullable R value, @Nullable WarrenException failure) {

  static <R> List<ItemOutcome<R>> values(List<R> values) {
    List<ItemOutcome<R>> outcomes = new ArrayList<>(values.size());
    values.forEach(value -> outcomes.add(new ItemOutcome<>(value, null)));
    return outcomes;
  }

  static <R> List<ItemOutcome<R>> failures(int count, WarrenException failure) {
    return Collections.nCopies(count, new ItemOutcome<>(null, failure));
  }
}
