package dev.warren.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

class ProducerPropertiesTest {

  @Test
  void whatIsLeftOutGetsItsDefault() {
    ProducerProperties defaults = ProducerProperties.defaults();

    assertThat(defaults.retention()).isEqualTo(Duration.ofDays(7));
    assertThat(defaults.maxTasks()).isEqualTo(1_000_000);
    assertThat(defaults.maxWait()).isEqualTo(Duration.ofSeconds(60));
    assertThat(defaults.maxWaiters()).isEqualTo(1000);
    assertThat(defaults.maxReads()).isEqualTo(4);
    assertThat(defaults.maxInflightBytes()).isEqualTo(DataSize.ofMegabytes(32));
    assertThat(defaults.heartbeat()).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void valuesAreBoundByTheirPropertysName() {
    assertThat(bind("retention", "90s").retention()).isEqualTo(Duration.ofSeconds(90));
    assertThat(bind("max-inflight-bytes", "1KB").maxInflightBytes().toBytes()).isEqualTo(1024);
  }

  @ParameterizedTest
  @CsvSource({
    "retention, 0s",
    "retention, -1s",
    "retention, 400d",
    "max-tasks, 0",
    "max-wait, 0s",
    "max-wait, 11m",
    "max-waiters, -1",
    "max-reads, 0",
    "heartbeat, 0s",
    "heartbeat, 61s",
    "max-inflight-bytes, 0",
    "max-inflight-bytes, 2GB"
  })
  void aWrongValueIsRefusedAndItsPropertyNamed(String property, String value) {
    assertThatThrownBy(() -> bind(property, value))
        .hasRootCauseInstanceOf(IllegalArgumentException.class)
        .rootCause()
        .hasMessageContaining("warren.producer." + property + " must");
  }

  private static ProducerProperties bind(String property, String value) {
    MapConfigurationPropertySource source = new MapConfigurationPropertySource();
    source.put("warren.producer." + property, value);
    @Nullable ProducerProperties bound =
        new Binder(source)
            .bind("warren.producer", Bindable.of(ProducerProperties.class))
            .orElse(null);
    assertThat(bound).isNotNull();
    return bound;
  }
}
