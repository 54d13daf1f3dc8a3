package dev.warren.producer.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParametersTest {

  private static final Duration LIMIT = Duration.ofSeconds(60);

  @ParameterizedTest
  @CsvSource({"10, 10000", "10s, 10000", "0, 0", "250ms, 250", "1m, 60000", "60, 60000"})
  void aWaitIsSecondsOrHasAUnit(String text, long millis) {
    assertThat(Parameters.wait(text, LIMIT)).isEqualTo(Duration.ofMillis(millis));
  }

  @Test
  void withoutAWaitNobodyWaits() {
    assertThat(Parameters.wait(null, LIMIT)).isEqualTo(Duration.ZERO);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "61",
        "61s",
        "2m",
        "60001ms",
        "-1",
        "1.5",
        "1h",
        "s",
        "PT10S",
        "10 s",
        "٣",
        "99999999999999999999"
      })
  void anyOtherWaitIsRefused(String text) {
    assertThatThrownBy(() -> Parameters.wait(text, LIMIT))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("at most 60s");
  }

  @Test
  void anIdIsAUuidInItsUsualForm() {
    UUID id = UUID.randomUUID();

    assertThat(Parameters.id(id.toString())).isEqualTo(id);
    assertThat(Parameters.id(id.toString().toUpperCase(Locale.ROOT))).isEqualTo(id);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "1-1-1-1-1", "null", "123e4567-e89b-12d3-a456-4266141740000"})
  void anyOtherIdIsRefused(String text) {
    assertThatThrownBy(() -> Parameters.id(text)).isInstanceOf(ProblemException.class);
  }
}
