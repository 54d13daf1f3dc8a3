package dev.warren.process;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.WarrenException.ConfigurationException;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkerCommandTest {

  @Test
  void withoutTheWorkerOnTheClassPathItNamesTheDependency() {
    assertThatThrownBy(() -> WorkerCommand.of(List.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("warren-worker");
  }
}
