package dev.warren.it.kit;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** The REST interface in terms of tasks and queues. */
public final class TaskApi {

  private static final String TASKS = "/api/v1/tasks";
  private static final Set<String> TERMINAL = Set.of("SUCCEEDED", "FAILED", "REVOKED", "EXPIRED");

  private final Rest rest;

  TaskApi(Rest rest) {
    this.rest = rest;
  }

  /** Posts a task with positional arguments. */
  public Rest.Answer post(String task, Object... args) {
    return rest.post(TASKS, Map.of("task", task, "args", List.of(args)));
  }

  /** Posts a task with keyword arguments. */
  public Rest.Answer postNamed(String task, Map<String, ?> kwargs) {
    return rest.post(TASKS, Map.of("task", task, "kwargs", kwargs));
  }

  /** Posts a task that must be accepted; returns its id. */
  public String accepted(String task, Object... args) {
    return id(post(task, args));
  }

  /** The id in the answer to an accepted task. */
  public static String id(Rest.Answer answer) {
    if (answer.status() != 202) {
      throw new AssertionError("expected 202, got " + answer.status() + ": " + answer.body());
    }
    return answer.json().path("id").asString();
  }

  /** A task's view right now. */
  public Rest.Answer get(String id) {
    return rest.get(TASKS + "/" + id);
  }

  /** A task's state right now, or an empty text if there is no such task. */
  public String state(String id) {
    return get(id).json().path("state").asString("");
  }

  /** Waits for a terminal state and returns the task's view. */
  public JsonNode awaitDone(String id, Duration limit) {
    return Deadline.awaitValue(
        "task " + id + " is done",
        limit,
        () -> {
          JsonNode view = rest.get(TASKS + "/" + id + "?wait=1s").json();
          return TERMINAL.contains(view.path("state").asString("")) ? view : null;
        });
  }

  /** Runs one task to its end. */
  public JsonNode run(String task, Object... args) {
    return awaitDone(accepted(task, args), Deadline.TASK);
  }

  /** Runs one task with keyword arguments to its end. */
  public JsonNode runNamed(String task, Map<String, ?> kwargs) {
    return awaitDone(id(postNamed(task, kwargs)), Deadline.TASK);
  }

  /** A queue's view. */
  public JsonNode queue(String name) {
    return rest.get("/api/v1/queues/" + name).json();
  }
}
