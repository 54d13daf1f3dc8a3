package dev.warren.it.crash;

import dev.warren.it.crash.Event.Kind;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/** All that a campaign has seen, in memory and as lines of JSON in a file. Thread-safe. */
final class History implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();

  private final List<Event> events = new ArrayList<>(); // guarded by this
  private final BufferedWriter file; // guarded by this

  History(Path file) {
    try {
      this.file = Files.newBufferedWriter(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void add(Kind kind, String who, String key, String id, String value) {
    add(Event.of(kind, who, key, id, value));
  }

  synchronized void add(Event event) {
    events.add(event);
    try {
      file.write(JSON.writeValueAsString(event));
      file.newLine();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  synchronized List<Event> events() {
    return List.copyOf(events);
  }

  @Override
  public synchronized void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
