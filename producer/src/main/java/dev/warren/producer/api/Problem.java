package dev.warren.producer.api;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The kinds of problem that the API answers with. A kind's {@link #type} never changes: callers
 * decide by it.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457: Problem Details for HTTP APIs</a>
 */
enum Problem {
  BAD_REQUEST(400, "bad-request", "The request is not valid HTTP"),
  MALFORMED_JSON(400, "malformed-json", "The body is not valid JSON"),
  JSON_LIMITS(400, "json-limits", "The JSON is beyond what is accepted"),
  UNAUTHENTICATED(401, "unauthenticated", "The caller is not known"),
  FORBIDDEN(403, "forbidden", "The caller may not do this"),
  NOT_FOUND(404, "not-found", "There is nothing at this path"),
  TASK_NOT_FOUND(404, "task-not-found", "The task is not known"),
  QUEUE_NOT_FOUND(404, "queue-not-found", "The queue is not known"),
  GROUP_NOT_FOUND(404, "group-not-found", "The group is not known"),
  MESSAGE_NOT_FOUND(404, "message-not-found", "The message is not in quarantine"),
  METHOD_NOT_ALLOWED(405, "method-not-allowed", "The method is not allowed here"),
  NOT_ACCEPTABLE(406, "not-acceptable", "Only application/json is offered"),
  REQUEST_TIMEOUT(408, "request-timeout", "The body did not arrive in time"),
  IN_PROGRESS(409, "in-progress", "A request with the same key is under way"),
  ALREADY_TERMINAL(409, "already-terminal", "The task has finished"),
  NOT_TERMINAL(409, "not-terminal", "The task has not finished"),
  PART_OF_GROUP(409, "part-of-group", "The task is a part of a group"),
  QUARANTINE_BUSY(409, "quarantine-busy", "Somebody else is at this quarantine"),
  PAYLOAD_TOO_LARGE(413, "payload-too-large", "The body is too large"),
  URI_TOO_LONG(414, "uri-too-long", "The URI is too long"),
  UNSUPPORTED_MEDIA_TYPE(415, "unsupported-media-type", "Only application/json is accepted"),
  INVALID_TASK(422, "invalid-task", "The task is not valid"),
  INVALID_PARAMETER(422, "invalid-parameter", "A parameter is not valid"),
  IDEMPOTENCY_MISMATCH(422, "idempotency-mismatch", "The key was used with another request"),
  QUEUE_FULL(429, "queue-full", "The queue is full"),
  RATE_LIMITED(429, "rate-limited", "The caller comes too often"),
  HEADERS_TOO_LARGE(431, "headers-too-large", "The request's headers are too large"),
  INTERNAL(500, "internal", "The producer failed"),
  NOT_IMPLEMENTED(501, "not-implemented", "The request needs what is not implemented"),
  DB_UNAVAILABLE(503, "db-unavailable", "The database cannot be reached"),
  BROKER_UNAVAILABLE(503, "broker-unavailable", "The broker cannot be reached"),
  BROKER_BLOCKED(503, "broker-blocked", "The broker takes no messages"),
  NO_SUCH_QUEUE(503, "no-such-queue", "The queue is missing on the broker"),
  STORE_FULL(503, "store-full", "Too many tasks are unfinished"),
  TOO_MANY_WAITERS(503, "too-many-waiters", "Too many calls wait for results"),
  DRAINING(503, "draining", "The producer is about to end"),
  OVERLOADED(503, "overloaded", "Too much is under way"),
  IDENTITY_UNAVAILABLE(503, "identity-unavailable", "Tokens cannot be verified"),
  OUTCOME_UNKNOWN(504, "outcome-unknown", "Nobody knows whether the task was accepted");

  private static final String URN = "urn:warren:problem:";

  private final int status;
  private final String slug;
  private final String title;

  Problem(int status, String slug, String title) {
    this.status = status;
    this.slug = slug;
    this.title = title;
  }

  int status() {
    return status;
  }

  String type() {
    return URN + slug;
  }

  /** For the API's document: the end of its type, and what it means. */
  String summary() {
    return "%s: %s".formatted(slug, title);
  }

  /**
   * The members of a problem document.
   *
   * @param detail what is wrong this time, for people; null if the title says it all
   * @param members more of it, for machines
   */
  Map<String, Object> document(@Nullable String detail, Map<String, ?> members) {
    Map<String, Object> document = document(type(), title, status);
    if (detail != null) {
      document.put("detail", detail);
    }
    document.putAll(members);
    return document;
  }

  /** The members of the document of a status that the container, or Spring, has set. */
  static Map<String, Object> documentOf(int status) {
    return ofStatus(status)
        .map(problem -> problem.document(null, Map.of()))
        .orElseGet(() -> document(URN + "http-" + status, "HTTP status " + status, status));
  }

  private static Map<String, Object> document(String type, String title, int status) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("type", type);
    document.put("title", title);
    document.put("status", status);
    return document;
  }

  /** The first of its status is the general one. */
  private static Optional<Problem> ofStatus(int status) {
    return Arrays.stream(values()).filter(problem -> problem.status == status).findFirst();
  }
}
