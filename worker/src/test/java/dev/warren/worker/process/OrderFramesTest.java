package dev.warren.worker.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.process.ProcessOrders;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OrderFramesTest {

  @Test
  void ordersArriveAsTheyWereGiven() throws Exception {
    ProcessOrders orders =
        new ProcessOrders(
            Map.of("a", "", "words.ignored", "für\n${x}", "long", "x".repeat(100_000)),
            Map.of("user.language", "de"),
            List.of("com.example.A", "com.example.B"));

    assertThat(OrderFrames.orders(OrderFrames.frame(orders))).isEqualTo(orders);
  }
}
