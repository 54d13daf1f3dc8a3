package dev.warren.producer.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What is logged cannot pass for a line of its own, nor steer a terminal. */
@ApiTest
@ExtendWith(OutputCaptureExtension.class)
class LogLinesTest {

  private static final Logger log = LoggerFactory.getLogger(LogLinesTest.class);
  private static final String FORGED =
      "began\r\n2031-01-01T00:00:00.000Z  INFO all is well\u001b[31m\u202e\u0085 end";

  @Test
  void aMessageForgesNoLine(CapturedOutput output) {
    log.info("it {}", FORGED);

    isHarmless(output);
    assertThat(output)
        .contains("it began?\n| 2031-01-01T00:00:00.000Z  INFO all is well?[31m?? end");
  }

  @Test
  void anExceptionForgesNoLineAndKeepsItsTrace(CapturedOutput output) {
    log.error("it failed", new IllegalStateException(FORGED));

    isHarmless(output);
    assertThat(output)
        .containsOnlyOnce("java.lang.IllegalStateException: began?\n| 2031-01-01")
        .contains("\n\tat dev.warren.producer.api.LogLinesTest.anExceptionForgesNoLine");
  }

  @Test
  void aMessageOfSeveralLinesStaysReadable(CapturedOutput output) {
    log.info("one\n\ttwo\n\nthree");

    assertThat(output).contains(": one\n\ttwo\n\nthree\n");
  }

  private static void isHarmless(CapturedOutput output) {
    assertThat(output.getAll().lines()).noneMatch(line -> line.startsWith("2031-"));
    assertThat(output.getAll()).doesNotContain("\u001b", "\r", "\u202e", "\u0085");
  }
}
