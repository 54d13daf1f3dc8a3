package dev.warren.producer.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.warren.producer.TickingClock;
import dev.warren.producer.store.TaskOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsReaderTest {

  private final OptionsReader reader =
      new OptionsReader(new TickingClock()); // 2026-11-22T12:00:00Z

  @Test
  void noOptionsAreNone() {
    assertThat(read("{}")).isEqualTo(TaskOptions.NONE);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "1, 2026-11-22T12:00:01Z",
        "0.5, 2026-11-22T12:00:00.500Z",
        "0.0000019, 2026-11-22T12:00:00.000001Z",
        "1e2, 2026-11-22T12:01:40Z",
        "'2026-11-22T12:00:01Z', 2026-11-22T12:00:01Z",
        "'2026-11-22T14:00:01+02:00', 2026-11-22T12:00:01Z"
      })
  void expiresIsSecondsFromNowOrAMoment(String value, Instant moment) {
    assertThat(read("{'expires':" + value + "}").expires()).isEqualTo(moment);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "true",
        "[]",
        "0",
        "-1",
        "-0.0",
        "1e-10",
        "1e100",
        "31708801",
        "'2026-11-22T12:00:00Z'",
        "'2028-11-22T12:00:00Z'",
        "'2026-11-23'",
        "'2026-11-23T12:00:00'",
        "'+999999999-12-31T23:59:59Z'",
        "'10s'",
        "''"
      })
  void anyOtherExpiresIsRefused(String value) {
    assertThat(refused("{'expires':" + value + "}"))
        .contains("/options/expires must be seconds from now");
  }

  @Test
  void aCountdownIsSecondsFromNow() {
    assertThat(read("{'countdown':90.25}").eta())
        .isEqualTo(Instant.parse("2026-11-22T12:01:30.250Z"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "'1'", "-1", "-1e-9", "31622401", "1e300", "{}"})
  void anyOtherCountdownIsRefused(String value) {
    assertThat(refused("{'countdown':" + value + "}"))
        .contains("/options/countdown must be seconds from 0 to 31622400");
  }

  @Test
  void anEtaIsAMomentWithAnOffset() {
    assertThat(read("{'eta':'2027-11-22T13:00:00+01:00'}").eta())
        .isEqualTo(Instant.parse("2027-11-22T12:00:00Z"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'countdown':0}",
        "{'eta':'2026-11-22T12:00:00Z'}",
        "{'eta':'1970-01-01T00:00:00Z'}",
        "{'eta':'-999999999-01-01T00:00:00Z'}"
      })
  void whatIsDueAlreadyIsNotPutOff(String options) {
    assertThat(read(options).eta()).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "60",
        "'2027-11-24T12:00:00Z'",
        "'2026-11-23'",
        "'tomorrow'",
        "'2026-13-01T00:00:00Z'"
      })
  void anyOtherEtaIsRefused(String value) {
    assertThat(refused("{'eta':" + value + "}"))
        .contains("/options/eta must be a moment with an offset")
        .contains("within 366 days");
  }

  @Test
  void aCountdownAndAnEtaAreTooMuch() {
    assertThat(refused("{'countdown':1,'eta':'2026-11-22T13:00:00Z'}"))
        .contains("/options/countdown and /options/eta");
  }

  @Test
  void aTaskThatExpiresBeforeItMayStartIsRefused() {
    assertThat(refused("{'countdown':60,'expires':60}"))
        .contains("/options/expires must be later than the task may start");
    assertThat(read("{'countdown':60,'expires':61}").expires()).isNotNull();
  }

  @ParameterizedTest
  @CsvSource({"1, 1000", "0.001, 1", "604800, 604800000", "0.0015, 1"})
  void aTimeLimitIsSeconds(String value, long millis) {
    assertThat(read("{'timeLimit':" + value + "}").timeLimit())
        .isEqualTo(Duration.ofMillis(millis));
    assertThat(read("{'softTimeLimit':" + value + "}").softTimeLimit())
        .isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "0", "-1", "0.0009", "604801", "1e300", "'60'", "true"})
  void anyOtherTimeLimitIsRefused(String value) {
    assertThat(refused("{'timeLimit':" + value + "}"))
        .contains("/options/timeLimit must be seconds from 0.001 to 604800");
    assertThat(refused("{'softTimeLimit':" + value + "}"))
        .contains("/options/softTimeLimit must be seconds from 0.001 to 604800");
  }

  @ParameterizedTest
  @CsvSource({"priority, 0", "priority, 255", "maxRetries, 0", "maxRetries, 100"})
  void prioritiesAndRetriesAreSmallIntegers(String option, int value) {
    TaskOptions options = read("{'" + option + "':" + value + "}");

    assertThat(option.equals("priority") ? options.priority() : options.maxRetries())
        .isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource({
    "priority, 256, 255",
    "priority, -1, 255",
    "priority, 1.0, 255",
    "priority, '\"1\"', 255",
    "priority, 99999999999, 255",
    "priority, null, 255",
    "maxRetries, 101, 100",
    "maxRetries, -1, 100",
    "maxRetries, 1e1, 100",
    "maxRetries, true, 100"
  })
  void anyOtherIntegerIsRefused(String option, String value, int most) {
    assertThat(refused("{'" + option + "':" + value + "}"))
        .contains("/options/" + option + " must be an integer from 0 to " + most);
  }

  private TaskOptions read(String json) {
    FieldErrors errors = new FieldErrors();
    TaskOptions options =
        reader.read(
            StrictJson.read(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8)), errors);
    errors.raise();
    return options;
  }

  private String refused(String json) {
    ProblemException problem = catchThrowableOfType(ProblemException.class, () -> read(json));
    assertThat(problem).as("accepted").isNotNull();
    return String.valueOf(problem.getMessage());
  }
}
