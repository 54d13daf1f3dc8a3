package dev.warren.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our own way and Java's are the same. */
class MomentsTest {

  private static final DateTimeFormatter MICROS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSxxx").withZone(ZoneOffset.UTC);

  private final Random random = new Random(7);

  @Test
  void momentsAreWrittenAndReadAsJavaDoes() {
    for (int i = 0; i < 20_000; i++) {
      Instant moment = moment();
      String text = Moments.text(moment);
      assertThat(text).isEqualTo(moment.toString());
      assertThat(Moments.parse(text)).isEqualTo(moment);
      String micros = Moments.micros(moment);
      if (micros != null) {
        assertThat(micros).isEqualTo(MICROS.format(moment));
        assertThat(Moments.parse(micros)).isEqualTo(OffsetDateTime.parse(micros).toInstant());
      }
    }
  }

  private Instant moment() {
    long second = // of the years -2,000 to 12,000, half of them in this century
        random.nextBoolean()
            ? Math.floorMod(random.nextLong(), 14_000L * 31_556_952) - 4_000L * 31_556_952
            : 946_684_800 + Math.floorMod(random.nextLong(), 3_155_695_200L);
    int unit = new int[] {1, 1_000, 1_000_000, 1_000_000_000}[random.nextInt(4)];
    return Instant.ofEpochSecond(second, random.nextInt(1_000_000_000) / unit * unit);
  }

  @Test
  void whatIsAlmostAMomentIsReadAsJavaDoes() {
    String letters = "0123456789-:.+TZ ";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder(Moments.text(moment()));
      for (int n = random.nextInt(3); n >= 0; n--) {
        text.setCharAt(
            random.nextInt(text.length()), letters.charAt(random.nextInt(letters.length())));
      }
      assertThat(outcome(() -> Moments.parse(text.toString())))
          .isEqualTo(outcome(() -> OffsetDateTime.parse(text).toInstant()));
    }
  }

  private static Object outcome(java.util.function.Supplier<Instant> parsing) {
    try {
      return parsing.get();
    } catch (DateTimeParseException e) {
      return String.valueOf(e.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z",
        "2026-01-01T00:00:60Z",
        "2026-01-01T00:00:00.1234567890Z",
        "2026-01-01T00:00:00",
        "Z",
        ""
      })
  void whatIsNoMomentIsNone(String text) {
    assertThatThrownBy(() -> Moments.parse(text)).isInstanceOf(DateTimeParseException.class);
  }
}
