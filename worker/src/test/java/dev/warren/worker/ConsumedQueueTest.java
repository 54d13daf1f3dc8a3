package dev.warren.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class ConsumedQueueTest {

  @ParameterizedTest
  @CsvSource({"urgent,urgent,1", "urgent:3,urgent,3", "a:b,a:b,1", "a:5:2,a:5,2"})
  void aNameMayHaveAWeight(String text, String name, int weight) {
    assertThat(ConsumedQueue.parse(text)).isEqualTo(new ConsumedQueue(name, weight));
  }

  @ParameterizedTest
  @CsvSource({"a:0", "a:1001", "a:999999999"})
  void aWrongWeightIsNamedWithItsQueue(String text) {
    assertThatThrownBy(() -> ConsumedQueue.parse(text))
        .hasMessageContaining("the weight of 'a'")
        .hasMessageContaining("must be 1 to 1000");
  }

  @Test
  void aQueueWithoutANameIsRefused() {
    assertThatThrownBy(() -> ConsumedQueue.parse(" "))
        .hasMessageContaining("warren.worker.queues")
        .hasMessageContaining("without a name");
  }

  @Test
  void settingsAreAListOfQueuesWithWeights() {
    assertThat(worker(Map.of("warren.worker.queues", "urgent:3, bulk")).consumed("warren"))
        .containsExactly(new ConsumedQueue("urgent", 3), new ConsumedQueue("bulk", 1));
  }

  @Test
  void aSingleQueueAndTheDefaultOneNeedNoWeight() {
    assertThat(worker(Map.of("warren.worker.queue", "own")).consumed("warren"))
        .isEqualTo(List.of(new ConsumedQueue("own", 1)));
    assertThat(worker(Map.of("warren.worker.name", "w")).consumed("warren"))
        .isEqualTo(List.of(new ConsumedQueue("warren", 1)));
  }

  @Test
  void aQueueThatIsNamedTwiceIsRefused() {
    assertThatThrownBy(() -> worker(Map.of("warren.worker.queues", "a:3,a")))
        .rootCause()
        .hasMessageContaining("a queue twice");
  }

  @Test
  void oneQueueAndSeveralAreNotSetTogether() {
    assertThatThrownBy(
            () -> worker(Map.of("warren.worker.queue", "a", "warren.worker.queues", "a,b")))
        .rootCause()
        .hasMessageContaining("both set; leave one away");
  }

  @Test
  void asManyChannelsAsAConnectionHasAreNotExceeded() {
    assertThatThrownBy(
            () -> worker(Map.of("warren.worker.concurrency", 600, "warren.worker.queues", "a,b")))
        .rootCause()
        .hasMessageContaining("at most 1000: 600 times 2");
  }

  private static WorkerProperties worker(Map<String, Object> settings) {
    return new Binder(new MapConfigurationPropertySource(settings))
        .bind("warren.worker", WorkerProperties.class)
        .get();
  }
}
