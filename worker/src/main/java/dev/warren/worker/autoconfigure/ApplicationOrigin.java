package dev.warren.worker.autoconfigure;

import dev.warren.process.ProcessOrders;
import dev.warren.worker.WorkerProperties;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.DefaultApplicationArguments;
import org.springframework.boot.SpringApplication;

/**
 * Which application this is, so that a child can be the same: the classes it was made of, and the
 * settings it was started with, but those for the broker and the database.
 *
 * @param sources names of classes
 */
record ApplicationOrigin(List<String> sources, Map<String, String> arguments) {

  /** Under this name it is among the application's beans. */
  static final String BEAN = "warrenApplicationOrigin";

  private static final List<String> SECRET = List.of("spring.rabbitmq.", "spring.datasource.");

  static ApplicationOrigin of(SpringApplication application, String[] args) {
    List<String> sources = new ArrayList<>();
    for (Object source : application.getAllSources()) {
      sources.add(source instanceof Class<?> type ? type.getName() : String.valueOf(source));
    }
    Map<String, String> arguments = new LinkedHashMap<>();
    DefaultApplicationArguments given = new DefaultApplicationArguments(args);
    for (String name : given.getOptionNames()) {
      List<String> values = given.getOptionValues(name);
      if (values != null) {
        keep(arguments, name, String.join(",", values));
      }
    }
    return new ApplicationOrigin(List.copyOf(sources), Map.copyOf(arguments));
  }

  private static void keep(Map<String, String> settings, String name, @Nullable String value) {
    if (SECRET.stream().noneMatch(name::startsWith)) {
      settings.put(name, value == null ? "" : value);
    }
  }

  /** What a child is told. */
  ProcessOrders orders(WorkerProperties properties, int maxMessageBytes) {
    Map<String, String> settings = new LinkedHashMap<>(arguments);
    settings.put("warren.max-message-bytes", String.valueOf(maxMessageBytes));
    settings.put("warren.worker.name", properties.name());
    if (properties.initializer() != null) {
      settings.put("warren.worker.initializer", properties.initializer());
    }
    if (properties.initializerArgs() != null) {
      settings.put("warren.worker.initializer-args", properties.initializerArgs());
    }
    return new ProcessOrders(settings, systemProperties(), sources);
  }

  /** Those that were given on the command line. */
  private static Map<String, String> systemProperties() {
    Map<String, String> given = new LinkedHashMap<>();
    for (String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (argument.startsWith("-D")) {
        String[] pair = argument.substring(2).split("=", 2);
        if (!pair[0].equals("java.io.tmpdir")) {
          keep(given, pair[0], pair.length == 2 ? pair[1] : "");
        }
      }
    }
    return given;
  }
}
