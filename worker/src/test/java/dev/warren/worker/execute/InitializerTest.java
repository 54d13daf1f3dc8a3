package dev.warren.worker.execute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.WarrenException.ConfigurationException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class InitializerTest {

  private final JsonMapper mapper = new JsonMapper();
  private final TaskRegistry registry = new TaskRegistry(mapper);
  private int methods;
  private final List<String> seen = new ArrayList<>();

  /** A task that remembers what it was given. */
  public void see(String text, int number) {
    if (number < 0) {
      throw new IllegalStateException("below zero");
    }
    seen.add(text + number);
  }

  @BeforeEach
  void register() throws NoSuchMethodException {
    registry.register("see", this, InitializerTest.class.getMethod("see", String.class, int.class));
  }

  @Test
  void itRunsWithItsArguments() {
    initializer("see", "[\"a\", 1]").run();

    assertThat(seen).containsExactly("a1");
  }

  @Test
  void withoutOneOnlyTheApplicationsOwnMethodsRun() {
    initializer(null, null).run();

    assertThat(seen).isEmpty();
    assertThat(methods).isEqualTo(1);
  }

  @Test
  void aFailureTellsWhatAndWhere() {
    assertThatThrownBy(() -> initializer("see", "[\"a\", -1]").run())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("'see'")
        .hasMessageContaining("below zero")
        .hasMessageContaining("InitializerTest.java");
  }

  @Test
  void anUnknownNameIsToldWithTheKnownOnes() {
    assertThatThrownBy(() -> initializer("sea", "[]").run())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("'sea'")
        .hasMessageContaining("[see]");
  }

  @Test
  void argumentsThatAreNoListAreRefused() {
    assertThatThrownBy(() -> initializer("see", "{\"a\": 1}").run())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("warren.worker.initializer-args");
    assertThatThrownBy(() -> initializer("see", "[1").run())
        .isInstanceOf(ConfigurationException.class);
  }

  private Initializer initializer(String task, String args) {
    return new Initializer(registry, mapper, () -> methods++, task, args);
  }
}
