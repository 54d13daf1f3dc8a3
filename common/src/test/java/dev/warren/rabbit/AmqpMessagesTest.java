package dev.warren.rabbit;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warren.wire.TaskMessage;
import dev.warren.wire.WireFormat;
import dev.warren.wire.WireMessage;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AmqpMessagesTest {

  private final TaskMessage task = TaskMessage.of("id", "t", List.of(), Map.of());
  private final WireFormat wire = new WireFormat(10_000);

  @Test
  void aPriorityTravelsAsThePropertyOfThatName() {
    WireMessage message = wire.writeTask(task.withPriority(7));

    BasicProperties properties = AmqpMessages.properties(message);

    assertThat(properties.getPriority()).isEqualTo(7);
    assertThat(AmqpMessages.read(properties, message.body()).priority()).isEqualTo(7);
  }

  @Test
  void withoutAPriorityThereIsNoSuchProperty() {
    BasicProperties properties = AmqpMessages.properties(wire.writeTask(task));

    assertThat(properties.getPriority()).isNull();
  }
}
