package dev.warren.worker.delivery;

import java.util.List;
import java.util.Set;

/**
 * Which commands that change something this worker obeys: commands are not authenticated, and come
 * from anybody who may publish on the virtual host.
 */
final class AllowedCommands {

  private static final String ANY = "*";

  private final Set<String> names;

  AllowedCommands(List<String> names) {
    this.names = Set.copyOf(names);
  }

  boolean contains(String command) {
    return names.contains(command) || names.contains(ANY);
  }
}
