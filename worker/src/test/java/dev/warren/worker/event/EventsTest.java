package dev.warren.worker.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Address;
import com.rabbitmq.client.ConnectionFactory;
import dev.warren.WarrenSettings;
import dev.warren.rabbit.Broker;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.json.JsonMapper;

/** Without a broker. */
@Timeout(20)
class EventsTest {

  private static final int MORE = 2 * Events.MOST_WAITING;

  @AutoClose
  private final Broker broker =
      new Broker(
          new ConnectionFactory(),
          List.of(new Address("127.0.0.1", 1)),
          WarrenSettings.defaults(),
          "test");

  private final Events events =
      new Events(
          broker, new JsonMapper(), "worker@test", new LamportClock(), () -> Map.of("active", 0));

  @Test
  void whatFindsNoBrokerIsDroppedAndCountedAndKeepsNobody() {
    events.start();

    for (int i = 0; i < MORE; i++) {
      events.ofTask("task-started", Map.of("uuid", "id-" + i));
    }
    events.close();

    assertThat(events.dropped()).isEqualTo(MORE);
  }

  @Test
  void afterTheEndNothingIsSentAndNothingFails() {
    events.close();

    events.heartbeat();
    events.online();
    for (int i = 0; i < MORE; i++) {
      events.ofTask("task-started", Map.of("uuid", "id-" + i));
    }

    assertThat(events.dropped()).isEqualTo(MORE - Events.MOST_WAITING);
  }
}
