package dev.warren;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProcessPoolSettingsTest {

  private static final TaskRef<String> INIT = TaskRef.of("init", String.class);

  @Test
  void everyMethodChangesOneThing() {
    ProcessPoolSettings settings =
        ProcessPoolSettings.of(3)
            .running(String.class)
            .withMaxTasksPerChild(7)
            .initializedBy(INIT, "a", null)
            .withJvmArgs("-Xmx64m")
            .withStartTimeout(Duration.ofSeconds(5));

    assertThat(settings.processes()).isEqualTo(3);
    assertThat(settings.taskClasses()).containsExactly(String.class);
    assertThat(settings.maxTasksPerChild()).isEqualTo(7);
    assertThat(settings.initializer().args()).hasSize(2);
    assertThat(settings.jvmArgs()).contains("-Xmx64m").hasSizeGreaterThan(1);
    assertThat(settings.startTimeout()).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void anInitializerWithKeywordArgumentsIsRefused() {
    TaskCall<String> call = INIT.with().kwarg("level", 1);

    assertThatThrownBy(() -> new ProcessPoolSettings(1, null, null, call, null, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("positional");
  }

  @Test
  void aStartThatMayTakeNoTimeIsRefused() {
    assertThatThrownBy(() -> ProcessPoolSettings.of(1).withStartTimeout(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("startTimeout");
  }
}
