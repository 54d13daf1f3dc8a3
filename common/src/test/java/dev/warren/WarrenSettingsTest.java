package dev.warren;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WarrenSettingsTest {

  @Test
  void theDefaultQueueIsAlwaysOneOfTheQueues() {
    assertThat(WarrenSettings.defaults().queues()).containsOnlyKeys("tasks");
    assertThat(settings("mail", Map.of("other", QueueSettings.bounded(5))).queues())
        .containsOnlyKeys("mail", "other");
  }

  @Test
  void aQueueThatIsNotConfiguredIsTakenAsItIs() {
    assertThat(WarrenSettings.defaults().queue("any").isDemanding()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1})
  void aBoundOfZeroOrLessIsNone(int maxLength) {
    assertThat(QueueSettings.bounded(maxLength).isBounded()).isFalse();
    assertThat(QueueSettings.bounded(maxLength).isDemanding()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 256})
  void aHighestPriorityIsOneTo255(int highest) {
    assertThatThrownBy(() -> QueueSettings.AS_IT_IS.withMaxPriority(highest))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("max-priority must be 1 to 255")
        .hasMessageContaining(String.valueOf(highest));
  }

  @Test
  void aQuorumQueueHasNoPriorities() {
    assertThatThrownBy(() -> new QueueSettings(null, QueueType.QUORUM, 10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("max-priority is for classic queues only");
  }

  @Test
  void aQueueWithPrioritiesMustBeAsItIsSaid() {
    assertThat(QueueSettings.AS_IT_IS.withMaxPriority(10).isDemanding()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "amq.tasks", "tasks.due", "tasks.dead", "tasks.delay"})
  void aNameThatCannotBeATaskQueuesIsRefusedWithTheProperty(String name) {
    assertThatThrownBy(() -> settings(name, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("warren.default-queue");
    assertThatThrownBy(() -> settings("tasks", Map.of(name, QueueSettings.AS_IT_IS)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("warren.queues." + name);
  }

  @Test
  void aTimeoutMustBeLongerThanZero() {
    assertThatThrownBy(() -> new WarrenSettings(null, null, Duration.ZERO, null, null, null, null))
        .hasMessageContaining("warren.publish-timeout");
  }

  private static WarrenSettings settings(String queue, Map<String, QueueSettings> queues) {
    return new WarrenSettings(queue, queues, null, null, null, null, null);
  }
}
