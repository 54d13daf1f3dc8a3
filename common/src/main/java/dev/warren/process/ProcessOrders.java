package dev.warren.process;

import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a worker process is told by the pool that starts it: one line of JSON on its standard input,
 * where neither other users of the machine nor the process's own children can read it.
 *
 * @param properties the worker's settings; they go before all others that it finds
 * @param systemProperties set in its JVM first of all
 * @param sources names of the classes that have tasks; none for the built-in ones
 */
public record ProcessOrders(
    Map<String, String> properties, Map<String, String> systemProperties, List<String> sources) {

  /** What a process prints, on a line of its own, when it is ready to take tasks. */
  public static final String READY = "warren.pool.process.ready";

  /**
   * System property that is set in a process while it starts. A pool that is made then, for
   * instance by an application's runner, would start processes that make pools, without an end.
   */
  public static final String STARTING = "warren.pool.process.starting";

  /** Not made where no JSON is read: it takes its time. */
  private static final class Json {
    static final JsonMapper MAPPER = new JsonMapper();
  }

  /** Copies what it is given. */
  public ProcessOrders {
    properties = Map.copyOf(properties);
    systemProperties = Map.copyOf(systemProperties);
    sources = List.copyOf(sources);
  }

  /** As one line. */
  public String toLine() {
    return Json.MAPPER.writeValueAsString(this);
  }

  /** Reads a line. */
  public static ProcessOrders of(String line) {
    return Json.MAPPER.readValue(line, ProcessOrders.class);
  }

  /** Without the values, some of which are secrets. */
  @Override
  public String toString() {
    return "ProcessOrders" + properties.keySet() + sources;
  }
}
