package dev.warren.producer.api;

import dev.warren.WarrenException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;

/** Ends a request with a problem. */
final class ProblemException extends WarrenException {

  private static final long serialVersionUID = 1L;

  private final Problem problem;
  private final transient Map<String, Object> members = new LinkedHashMap<>();
  private final HttpHeaders headers = new HttpHeaders();

  /**
   * @param detail what is wrong this time; goes to the caller
   */
  ProblemException(Problem problem, String detail) {
    super(detail);
    this.problem = problem;
  }

  /** This, with one more member in the document. */
  ProblemException with(String member, Object value) {
    members.put(member, value);
    return this;
  }

  /** This, with the advice when to try again. */
  ProblemException retryAfter(Duration time) {
    headers.set(HttpHeaders.RETRY_AFTER, Long.toString(Math.max(1, time.toSeconds())));
    return this;
  }

  /** This, with the connection closed after the answer, because the body is not read to its end. */
  ProblemException closingConnection() {
    headers.set(HttpHeaders.CONNECTION, "close");
    return this;
  }

  String type() {
    return problem.type();
  }

  ResponseEntity<Map<String, Object>> response() {
    return ResponseEntity.status(problem.status())
        .headers(headers)
        .contentType(MediaType.APPLICATION_PROBLEM_JSON)
        .body(problem.document(getMessage(), members));
  }
}
