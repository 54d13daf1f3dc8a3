package dev.warren.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProcessOrdersTest {

  private final ProcessOrders orders =
      new ProcessOrders(
          Map.of("password", "line\nbreak \"ü\""),
          Map.of("javax.net.ssl.trustStore", "x"),
          List.of("A"));

  @Test
  void theyTravelAsOneLine() {
    assertThat(orders.toLine()).doesNotContain("\n");
    assertThat(ProcessOrders.of(orders.toLine())).isEqualTo(orders);
  }

  @Test
  void theirSecretsAreNotShown() {
    assertThat(orders.toString()).contains("password").doesNotContain("break");
  }
}
