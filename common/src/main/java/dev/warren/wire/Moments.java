package dev.warren.wire;

import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * Moments as text. Those of every day, in UTC and of a year with four digits, are taken apart here,
 * ten times as fast as Java's own formats; all others are theirs.
 */
final class Moments {

  private static final int SECONDS_AT = 17;
  private static final int POINT_AT = 19;
  private static final int SECONDS_OF_A_DAY = 86_400;
  private static final int DIGITS_OF_NANOS = 9;
  private static final String TEMPLATE = "....-..-..T..:..:..";

  /** From 0001 to 9999. */
  private static final long FIRST = LocalDate.of(1, 1, 1).toEpochDay() * SECONDS_OF_A_DAY;

  private static final long END = LocalDate.of(10_000, 1, 1).toEpochDay() * SECONDS_OF_A_DAY;

  private Moments() {}

  /** As {@link Instant#toString()}. */
  static String text(Instant moment) {
    long second = moment.getEpochSecond();
    if (second < FIRST || second >= END) {
      return moment.toString();
    }
    int nanos = moment.getNano();
    int digits = nanos == 0 ? 0 : nanos % 1_000_000 == 0 ? 3 : nanos % 1_000 == 0 ? 6 : 9;
    StringBuilder text = new StringBuilder(30);
    append(text, second, nanos, digits);
    return text.append('Z').toString();
  }

  /** With six digits behind the point and an offset; null for a year that does not have four. */
  static @Nullable String micros(Instant moment) {
    long second = moment.getEpochSecond();
    if (second < FIRST || second >= END) {
      return null;
    }
    StringBuilder text = new StringBuilder(32);
    append(text, second, moment.getNano(), 6);
    return text.append("+00:00").toString();
  }

  private static void append(StringBuilder text, long second, int nanos, int digits) {
    LocalDate day = LocalDate.ofEpochDay(Math.floorDiv(second, SECONDS_OF_A_DAY));
    int rest = (int) Math.floorMod(second, (long) SECONDS_OF_A_DAY);
    two(text, day.getYear() / 100);
    two(text, day.getYear() % 100);
    two(text.append('-'), day.getMonthValue());
    two(text.append('-'), day.getDayOfMonth());
    two(text.append('T'), rest / 3600);
    two(text.append(':'), rest / 60 % 60);
    two(text.append(':'), rest % 60);
    if (digits > 0) {
      text.append('.');
      for (int i = 0, unit = 100_000_000; i < digits; i++, unit /= 10) {
        text.append((char) ('0' + nanos / unit % 10));
      }
    }
  }

  private static void two(StringBuilder text, int number) {
    text.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
  }

  /**
   * The moment in a text with an offset.
   *
   * @throws java.time.format.DateTimeParseException if there is none
   */
  static Instant parse(String text) {
    Instant plain = plain(text);
    return plain != null ? plain : OffsetDateTime.parse(text).toInstant();
  }

  private static @Nullable Instant plain(String text) {
    int end = text.endsWith("Z") ? text.length() - 1 : text.length() - 6;
    if (end < POINT_AT || !text.endsWith("Z") && !text.endsWith("+00:00")) {
      return null;
    }
    for (int i = 0; i < POINT_AT; i++) {
      char expected = TEMPLATE.charAt(i);
      if (expected == '.' ? !isDigit(text.charAt(i)) : text.charAt(i) != expected) {
        return null;
      }
    }
    int nanos = nanos(text, end);
    int month = two(text, 5);
    int day = two(text, 8);
    int hour = two(text, 11);
    int minute = two(text, 14);
    int second = two(text, SECONDS_AT);
    if (nanos < 0 || month < 1 || month > 12 || day < 1 || day > 28) {
      return null; // the last days of a month are for those who know the calendar
    }
    if (hour > 23 || minute > 59 || second > 59) {
      return null;
    }
    return LocalDate.of(two(text, 0) * 100 + two(text, 2), month, day)
        .atTime(hour, minute, second, nanos)
        .toInstant(ZoneOffset.UTC);
  }

  private static int two(String text, int at) {
    return (text.charAt(at) - '0') * 10 + text.charAt(at + 1) - '0';
  }

  /** What stands behind the point, if there is one; less than 0 if it is no fraction. */
  private static int nanos(String text, int end) {
    if (end == POINT_AT) {
      return 0;
    }
    int digits = end - POINT_AT - 1;
    if (text.charAt(POINT_AT) != '.' || digits < 1 || digits > DIGITS_OF_NANOS) {
      return -1;
    }
    int nanos = 0;
    for (int i = 1; i <= DIGITS_OF_NANOS; i++) {
      int at = POINT_AT + i;
      if (at < end && !isDigit(text.charAt(at))) {
        return -1;
      }
      nanos = nanos * 10 + (at < end ? text.charAt(at) - '0' : 0);
    }
    return nanos;
  }

  private static boolean isDigit(char letter) {
    return letter >= '0' && letter <= '9';
  }
}
