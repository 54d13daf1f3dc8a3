package dev.warren.benchmark;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a benchmark is told, each {@code --name=value}. */
record Arguments(Map<String, String> values) {

  static Arguments of(List<String> all) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String argument : all) {
      String[] pair = argument.split("=", 2);
      if (pair.length != 2 || !pair[0].startsWith("--")) {
        throw new IllegalArgumentException("--name=value is expected: " + argument);
      }
      values.put(pair[0].substring(2), pair[1]);
    }
    return new Arguments(values);
  }

  @Nullable String text(String name) {
    return values.get(name);
  }

  String text(String name, String otherwise) {
    return values.getOrDefault(name, otherwise);
  }

  int number(String name, int otherwise) {
    return Integer.parseInt(values.getOrDefault(name, String.valueOf(otherwise)));
  }

  /** Values with commas between them. */
  List<String> list(String name, String otherwise) {
    return List.of(text(name, otherwise).split(","));
  }

  /** The broker's process, if it is on this machine and known. */
  @Nullable ProcessHandle brokerProcess() {
    String pid = values.get("broker-pid");
    return pid == null ? null : ProcessHandle.of(Long.parseLong(pid)).orElse(null);
  }

  /** An AMQP URI. */
  String broker() {
    String value = values.get("broker");
    if (value == null) {
      throw new IllegalArgumentException("--broker=… is missing; see benchmark/run");
    }
    return value;
  }

  /** Where the project is. */
  Path root() {
    return Path.of(values.getOrDefault("root", ""));
  }
}
