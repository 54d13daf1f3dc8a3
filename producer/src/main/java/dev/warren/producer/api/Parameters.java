package dev.warren.producer.api;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.jspecify.annotations.Nullable;

/** Reads what stands in a URI. A parameter that is not known is refused, not ignored. */
final class Parameters {

  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m)?");

  private Parameters() {}

  /** Refuses all query parameters but the known ones, and those that are there twice. */
  static void requireOnly(HttpServletRequest request, String... known) {
    for (Map.Entry<String, String[]> parameter : all(request).entrySet()) {
      if (!Arrays.asList(known).contains(parameter.getKey())) {
        throw invalid(
            "the query has a parameter that is not known; known are: " + String.join(", ", known));
      }
      if (parameter.getValue().length > 1) {
        throw invalid("the query has '%s' more than once".formatted(parameter.getKey()));
      }
    }
  }

  private static Map<String, String[]> all(HttpServletRequest request) {
    try {
      return request.getParameterMap();
    } catch (InvalidParameterException e) {
      throw invalid("the query cannot be decoded");
    }
  }

  /**
   * A task's id.
   *
   * @throws ProblemException {@code invalid-parameter} if it is not a UUID
   */
  static UUID id(String text) {
    try {
      UUID id = UUID.fromString(text);
      if (id.toString().equalsIgnoreCase(text)) { // fromString takes "1-1-1-1-1" as well
        return id;
      }
    } catch (IllegalArgumentException e) {
      // as any other text
    }
    throw invalid("a task's id is a UUID").with("parameter", "id");
  }

  /**
   * How long to wait: {@code 10}, {@code 10s}, {@code 500ms} or {@code 1m}; not at all if it is
   * null.
   *
   * @throws ProblemException {@code invalid-parameter} if it is none of these, or above the limit
   */
  static Duration wait(@Nullable String text, Duration limit) {
    if (text == null) {
      return Duration.ZERO;
    }
    Matcher matcher = DURATION.matcher(text);
    Duration wait = matcher.matches() ? duration(matcher) : null;
    if (wait == null || wait.compareTo(limit) > 0) {
      throw invalid(
              "wait must be a number of seconds, as 10 or 10s, and at most %ds"
                  .formatted(limit.toSeconds()))
          .with("parameter", "wait");
    }
    return wait;
  }

  private static Duration duration(Matcher matcher) {
    long number = Long.parseLong(matcher.group(1));
    String unit = matcher.group(2);
    return "ms".equals(unit)
        ? Duration.ofMillis(number)
        : "m".equals(unit) ? Duration.ofMinutes(number) : Duration.ofSeconds(number);
  }

  private static ProblemException invalid(String detail) {
    return new ProblemException(Problem.INVALID_PARAMETER, detail);
  }
}
