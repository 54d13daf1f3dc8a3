package dev.warren.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class UtcMomentTest {

  @Test
  void itReadsWhatWarrenAndCeleryWrite() {
    for (String text :
        List.of(
            "2026-11-22T08:19:55.064350+00:00",
            "2026-11-22T08:19:55+00:00",
            "2026-11-22T08:19:55Z",
            "2026-11-22T08:19:55.1Z",
            "2024-02-29T23:59:59.999999999Z",
            "1969-12-31T23:59:59.5Z")) {
      assertThat(UtcMoment.parse(text)).as(text).isEqualTo(OffsetDateTime.parse(text).toInstant());
    }
  }

  /** With a fixed seed. */
  @Test
  void whateverItReadsTheGeneralParserReadsAlike() {
    Random random = new Random(3);
    for (int i = 0; i < 200_000; i++) {
      char[] text = "2026-11-22T08:19:55.064350+00:00".toCharArray();
      for (int n = random.nextInt(3); n >= 0; n--) {
        text[random.nextInt(text.length)] = "0123456789-+:.TZ ".charAt(random.nextInt(17));
      }
      String mutated = new String(text);
      Instant read = UtcMoment.parse(mutated);
      if (read != null) {
        assertThat(read).as(mutated).isEqualTo(general(mutated));
      }
    }
  }

  @Test
  void itLeavesTheRestToTheGeneralParser() {
    for (String text :
        List.of(
            "",
            "Z",
            "2026-02-30T00:00:00Z",
            "2026-11-22T08:19:55+01:00",
            "2026-11-22T24:00:00Z",
            "2026-11-22T08:19:55.Z",
            "2026-11-22T08:19Z")) {
      assertThat(UtcMoment.parse(text)).as(text).isNull();
    }
  }

  private static @Nullable Instant general(String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException e) {
      return null;
    }
  }
}
