package dev.warren.wire;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * Reads moments in UTC as Warren and Celery write them, {@code 2026-01-31T12:00:00.123456Z}: many
 * times faster than the general parser, which two moments in each reply would keep busy.
 */
final class UtcMoment {

  private static final int SECONDS_END = 19;
  private static final int MOST_DIGITS = 9;

  private UtcMoment() {}

  /**
   * The moment in a text.
   *
   * @return null if the text is not of that form, or no moment
   */
  static @Nullable Instant parse(String text) {
    int zone = zoneAt(text);
    if (zone < SECONDS_END || !hasShape(text)) {
      return null;
    }
    int year = number(text, 0, 4);
    int hour = number(text, 11, 13);
    int minute = number(text, 14, 16);
    int second = number(text, 17, SECONDS_END);
    int nanos = nanos(text, zone);
    if (year < 0
        || hour < 0
        || hour > 23
        || minute < 0
        || minute > 59
        || second < 0
        || second > 59
        || nanos < 0) {
      return null;
    }
    try {
      LocalDate day = LocalDate.of(year, number(text, 5, 7), number(text, 8, 10));
      return Instant.ofEpochSecond(
          day.toEpochDay() * 86_400 + hour * 3_600L + minute * 60L + second, nanos);
    } catch (DateTimeException e) {
      return null; // the general parser says what is wrong
    }
  }

  /** Where the time ends and its zone, which is UTC, begins; -1 if there is none. */
  private static int zoneAt(String text) {
    if (text.endsWith("Z")) {
      return text.length() - 1;
    }
    return text.endsWith("+00:00") ? text.length() - 6 : -1;
  }

  private static boolean hasShape(String text) {
    return text.charAt(4) == '-'
        && text.charAt(7) == '-'
        && text.charAt(10) == 'T'
        && text.charAt(13) == ':'
        && text.charAt(16) == ':';
  }

  private static int nanos(String text, int end) {
    int digits = end - SECONDS_END - 1;
    if (digits < 0) {
      return 0; // no fraction
    }
    if (digits == 0 || digits > MOST_DIGITS || text.charAt(SECONDS_END) != '.') {
      return -1;
    }
    int nanos = number(text, SECONDS_END + 1, end);
    for (int i = digits; i < MOST_DIGITS && nanos > 0; i++) {
      nanos *= 10;
    }
    return nanos;
  }

  /** Digits as a number; -1 if there is something else. */
  private static int number(String text, int from, int to) {
    int number = 0;
    for (int i = from; i < to; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      number = number * 10 + digit;
    }
    return number;
  }
}
