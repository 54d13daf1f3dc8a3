package dev.warren.process;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.ProcessPoolSettings;
import dev.warren.WarrenException;
import dev.warren.WarrenException.ConfigurationException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OwnedWorkersTest {

  @Test
  void withoutTheWorkerOnTheClassPathItNamesTheDependency() {
    ProcessOrders orders = new ProcessOrders(Map.of(), Map.of(), List.of());
    OwnedWorkers.Listener nobody =
        new OwnedWorkers.Listener() {
          @Override
          public void onBroken(WarrenException why) {}

          @Override
          public void onGone() {}
        };

    assertThatThrownBy(() -> new OwnedWorkers(ProcessPoolSettings.of(1), orders, () -> 0, nobody))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("warren-worker");
  }
}
