package dev.warren.producer.api;

import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem.HttpMethod;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.IntegerSchema;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.StringSchema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.springframework.http.HttpHeaders;

/** Adds to the operations of the API's document the problems that they may answer with. */
final class OpenApiProblems {

  /** Each rule that fits adds its problems. */
  private static final List<Rule> RULES =
      List.of(
          new Rule(
              ".*",
              Problem.BAD_REQUEST,
              Problem.UNAUTHENTICATED,
              Problem.FORBIDDEN,
              Problem.NOT_ACCEPTABLE,
              Problem.INVALID_PARAMETER,
              Problem.RATE_LIMITED,
              Problem.INTERNAL,
              Problem.OVERLOADED),
          new Rule(
              "POST .*/(tasks|groups)",
              Problem.MALFORMED_JSON,
              Problem.JSON_LIMITS,
              Problem.REQUEST_TIMEOUT,
              Problem.PAYLOAD_TOO_LARGE,
              Problem.UNSUPPORTED_MEDIA_TYPE,
              Problem.INVALID_TASK),
          new Rule(
              "POST .*/(tasks|groups|retry)",
              Problem.IN_PROGRESS,
              Problem.IDEMPOTENCY_MISMATCH,
              Problem.STORE_FULL,
              Problem.DRAINING,
              Problem.OUTCOME_UNKNOWN),
          new Rule(
              "POST .*/(tasks|retry)",
              Problem.QUEUE_FULL,
              Problem.NO_SUCH_QUEUE,
              Problem.BROKER_UNAVAILABLE,
              Problem.BROKER_BLOCKED),
          new Rule(".*/(tasks|groups)(/.*)?", Problem.DB_UNAVAILABLE),
          new Rule(".*/tasks/.*", Problem.TASK_NOT_FOUND),
          new Rule(".*/groups/.*", Problem.GROUP_NOT_FOUND),
          new Rule("GET .*/(\\{id}|events|results)", Problem.TOO_MANY_WAITERS),
          new Rule("DELETE .*/(tasks|groups)/.*|POST .*/cancel", Problem.ALREADY_TERMINAL),
          new Rule("POST .*/retry", Problem.NOT_TERMINAL, Problem.PART_OF_GROUP),
          new Rule(".*/queues.*", Problem.BROKER_UNAVAILABLE),
          new Rule(".*/queues/.*", Problem.QUEUE_NOT_FOUND),
          new Rule(".*/quarantine.*", Problem.QUARANTINE_BUSY),
          new Rule(".*/quarantine/\\{key}.*", Problem.MESSAGE_NOT_FOUND),
          new Rule("POST .*/quarantine/.*", Problem.BROKER_BLOCKED));

  private static final Set<Integer> WITH_RETRY_AFTER = Set.of(429, 503);

  private OpenApiProblems() {}

  static void describe(HttpMethod method, String path, Operation operation) {
    Set<Problem> problems = EnumSet.noneOf(Problem.class);
    RULES.stream()
        .filter(rule -> rule.operation.matcher(method + " " + path).matches())
        .forEach(rule -> problems.addAll(List.of(rule.problems)));
    byStatus(problems)
        .forEach(
            (status, some) ->
                operation.getResponses().addApiResponse("" + status, answer(status, some)));
  }

  private static Map<Integer, Set<Problem>> byStatus(Set<Problem> problems) {
    return problems.stream()
        .collect(
            Collectors.groupingBy(
                Problem::status,
                TreeMap::new,
                Collectors.toCollection(() -> EnumSet.noneOf(Problem.class))));
  }

  private static ApiResponse answer(int status, Set<Problem> problems) {
    ApiResponse answer =
        new ApiResponse()
            .description(problems.stream().map(Problem::summary).collect(Collectors.joining("; ")))
            .content(
                new Content()
                    .addMediaType(
                        org.springframework.http.MediaType.APPLICATION_PROBLEM_JSON_VALUE,
                        new MediaType().schema(OpenApiSchemas.ref(OpenApiSchemas.PROBLEM))));
    if (WITH_RETRY_AFTER.contains(status)) {
      answer.addHeaderObject(
          HttpHeaders.RETRY_AFTER, new Header().description("seconds").schema(new IntegerSchema()));
    }
    if (status == Problem.UNAUTHENTICATED.status()) {
      answer.addHeaderObject(HttpHeaders.WWW_AUTHENTICATE, new Header().schema(new StringSchema()));
    }
    return answer;
  }

  private record Rule(Pattern operation, Problem... problems) {

    /** For operations as {@code GET /path}. */
    Rule(String operation, Problem... problems) {
      this(Pattern.compile(operation), problems);
    }
  }
}
