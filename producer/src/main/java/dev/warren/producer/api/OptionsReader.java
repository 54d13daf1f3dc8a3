package dev.warren.producer.api;

import dev.warren.producer.store.Moments;
import dev.warren.producer.store.TaskOptions;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** Reads how a task is to be run. Thread-safe. */
@Component
final class OptionsReader {

  private static final Set<String> KNOWN =
      Set.of("priority", "countdown", "eta", "expires", "softTimeLimit", "timeLimit", "maxRetries");
  private static final Duration YEAR = Duration.ofDays(366);
  private static final Duration LONGEST_LIMIT = Duration.ofDays(7);
  private static final int MOST_RETRIES = 100;
  private static final String POINTER = "/options";
  private static final String MOMENT = "a moment with an offset as 2026-01-31T12:00:00Z";

  private final Clock clock;

  OptionsReader(Clock clock) {
    this.clock = clock;
  }

  /**
   * The options; {@link TaskOptions#NONE} if there are none.
   *
   * @param options missing, or what the body has at {@code /options}
   * @param errors gets what is wrong
   */
  TaskOptions read(JsonNode options, FieldErrors errors) {
    if (options.isMissingNode()) {
      return TaskOptions.NONE;
    }
    if (!options.isObject()) {
      errors.add(POINTER, "must be an object");
      return TaskOptions.NONE;
    }
    errors.requireKnown(options, POINTER, KNOWN);
    Instant now = clock.instant();
    Instant eta = eta(options, now, errors);
    return new TaskOptions(
        integer(options, "priority", 255, errors),
        eta,
        expires(options, eta == null ? now : eta, now, errors),
        limit(options, "softTimeLimit", errors),
        limit(options, "timeLimit", errors),
        intOrZero(integer(options, "maxRetries", MOST_RETRIES, errors)));
  }

  private static int intOrZero(@Nullable Integer value) {
    return value == null ? 0 : value;
  }

  private static @Nullable Integer integer(
      JsonNode options, String name, int most, FieldErrors errors) {
    JsonNode value = options.path(name);
    if (value.isMissingNode()) {
      return null;
    }
    boolean isInteger = value.canConvertToInt() && value.isIntegralNumber();
    int number = isInteger ? value.asInt() : -1;
    if (number < 0 || number > most) {
      errors.add(POINTER + "/" + name, "must be an integer from 0 to " + most);
      return null;
    }
    return number;
  }

  /** When it may start; null if right now. */
  private static @Nullable Instant eta(JsonNode options, Instant now, FieldErrors errors) {
    JsonNode countdown = options.path("countdown");
    JsonNode eta = options.path("eta");
    if (!countdown.isMissingNode() && !eta.isMissingNode()) {
      errors.add(POINTER + "/countdown", "and /options/eta say the same: one of them is enough");
      return null;
    }
    Instant moment = now;
    if (!countdown.isMissingNode()) {
      Duration time = seconds(countdown);
      if (time == null || time.isNegative() || time.compareTo(YEAR) > 0) {
        errors.add(POINTER + "/countdown", "must be seconds from 0 to " + YEAR.toSeconds());
        return null;
      }
      moment = now.plus(time);
    } else if (!eta.isMissingNode()) {
      Instant read = moment(eta);
      if (read == null || read.isAfter(now.plus(YEAR))) {
        errors.add(POINTER + "/eta", "must be " + MOMENT + " within " + YEAR.toDays() + " days");
        return null;
      }
      moment = read;
    }
    return moment.isAfter(now) ? Moments.micros(moment) : null;
  }

  private static @Nullable Instant expires(
      JsonNode options, Instant start, Instant now, FieldErrors errors) {
    JsonNode expires = options.path("expires");
    if (expires.isMissingNode()) {
      return null;
    }
    Instant moment = null;
    if (expires.isNumber()) {
      Duration time = seconds(expires);
      moment = time == null || time.compareTo(YEAR) > 0 ? null : now.plus(time);
    } else {
      moment = moment(expires);
    }
    if (moment == null || !moment.isAfter(now) || moment.isAfter(now.plus(YEAR))) {
      errors.add(
          POINTER + "/expires",
          "must be seconds from now, or "
              + MOMENT
              + "; to come, and within "
              + YEAR.toDays()
              + " days");
      return null;
    }
    if (!moment.isAfter(start)) {
      errors.add(
          POINTER + "/expires",
          "must be later than the task may start (/options/eta or /options/countdown)");
    }
    return Moments.micros(moment);
  }

  private static @Nullable Duration limit(JsonNode options, String name, FieldErrors errors) {
    JsonNode limit = options.path(name);
    if (limit.isMissingNode()) {
      return null;
    }
    Duration time = limit.isNumber() ? seconds(limit) : null;
    if (time == null || time.toMillis() < 1 || time.compareTo(LONGEST_LIMIT) > 0) {
      errors.add(
          POINTER + "/" + name, "must be seconds from 0.001 to " + LONGEST_LIMIT.toSeconds());
      return null;
    }
    return time.truncatedTo(ChronoUnit.MILLIS);
  }

  /** Null if it is no number, or one beyond all limits. */
  private static @Nullable Duration seconds(JsonNode number) {
    if (!number.isNumber()) {
      return null;
    }
    BigDecimal seconds = number.decimalValue();
    return seconds.abs().compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) <= 0
        ? Duration.ofNanos(seconds.movePointRight(9).longValue())
        : null;
  }

  private static @Nullable Instant moment(JsonNode text) {
    try {
      return text.isString() ? OffsetDateTime.parse(text.asString()).toInstant() : null;
    } catch (DateTimeException e) {
      return null;
    }
  }
}
