package dev.warren.producer.api;

import dev.warren.producer.store.TaskState;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.web.HttpRequestMethodNotSupportedException;

/**
 * Reads what stands in a request's first line. A parameter that is not known is refused, not
 * ignored.
 */
final class Parameters {

  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m)?");
  private static final Pattern NAME = Pattern.compile("[^\\p{Cntrl}\\p{Cs}]{1,255}");
  private static final int PAGE = 100;
  private static final int LARGEST_PAGE = 1000;

  private Parameters() {}

  /** Refuses all query parameters but the known ones, and those that are there twice. */
  static void requireOnly(HttpServletRequest request, String... known) {
    requireOnly(request, Set.of(), known);
  }

  /**
   * As the other.
   *
   * @param repeatable those that may be there more than once
   */
  static void requireOnly(HttpServletRequest request, Set<String> repeatable, String... known) {
    for (Map.Entry<String, String[]> parameter : all(request).entrySet()) {
      String name = parameter.getKey();
      if (!Arrays.asList(known).contains(name)) {
        throw invalid(
            "the query has a parameter that is not known; "
                + (known.length == 0 ? "none is" : "known are: " + String.join(", ", known)));
      }
      if (parameter.getValue().length > 1 && !repeatable.contains(name)) {
        throw invalid("the query has '%s' more than once".formatted(name));
      }
    }
  }

  /** Refuses HEAD where there is a stream: it would wait for the end, and write nothing. */
  static void requireGet(HttpServletRequest request) throws HttpRequestMethodNotSupportedException {
    String get = HttpMethod.GET.name();
    if (!request.getMethod().equals(get)) {
      throw new HttpRequestMethodNotSupportedException(request.getMethod(), List.of(get));
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
    return id("id", text);
  }

  /**
   * An id.
   *
   * @param parameter what the caller knows it by
   * @throws ProblemException {@code invalid-parameter} if it is not a UUID
   */
  static UUID id(String parameter, String text) {
    try {
      UUID id = UUID.fromString(text);
      if (id.toString().equalsIgnoreCase(text)) { // fromString takes "1-1-1-1-1" as well
        return id;
      }
    } catch (IllegalArgumentException e) {
      // as any other text
    }
    throw invalid("an id is a UUID").with("parameter", parameter);
  }

  /**
   * How many entries a page may have; {@value #PAGE} if it is null.
   *
   * @throws ProblemException {@code invalid-parameter} if it is not from 1 to {@value
   *     #LARGEST_PAGE}
   */
  static int limit(@Nullable String text) {
    if (text == null) {
      return PAGE;
    }
    int limit = text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 0;
    if (limit < 1 || limit > LARGEST_PAGE) {
      throw invalid("limit must be a number from 1 to " + LARGEST_PAGE).with("parameter", "limit");
    }
    return limit;
  }

  /**
   * The index of an item; 0 if it is null.
   *
   * @throws ProblemException {@code invalid-parameter} if it is not a number from 0 on
   */
  static int index(String parameter, @Nullable String text) {
    if (text == null) {
      return 0;
    }
    if (!text.matches("[0-9]{1,9}")) {
      throw invalid(parameter + " must be a number from 0 on").with("parameter", parameter);
    }
    return Integer.parseInt(text);
  }

  /**
   * States to filter by: one a value, or several with commas between them; none if it is null.
   *
   * @throws ProblemException {@code invalid-parameter} if there is no such state
   */
  static Set<TaskState> states(String @Nullable [] texts) {
    Set<TaskState> states = EnumSet.noneOf(TaskState.class);
    for (String text : texts == null ? new String[0] : texts) {
      for (String name : text.split(",", -1)) {
        states.add(
            Arrays.stream(TaskState.values())
                .filter(state -> state.name().equals(name))
                .findFirst()
                .orElseThrow(
                    () ->
                        invalid("a state is one of " + Arrays.toString(TaskState.values()))
                            .with("parameter", "state")));
      }
    }
    return states;
  }

  /**
   * A task's or a queue's name to filter by, which need not be known; null if it is null.
   *
   * @throws ProblemException {@code invalid-parameter} if nothing can be called so
   */
  static @Nullable String name(String parameter, @Nullable String text) {
    if (text != null && !NAME.matcher(text).matches()) {
      throw invalid(parameter + " must have 1 to 255 characters, none of them a control character")
          .with("parameter", parameter);
    }
    return text;
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
