package dev.warren.it.crash;

import dev.warren.it.crash.Event.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Reads tasks, and writes down what it was told. */
final class Reader {

  private static final Set<String> FINISHED = Set.of("SUCCEEDED", "FAILED", "REVOKED", "EXPIRED");

  private final History history;
  private final ProducerClient client;

  Reader(History history, ProducerClient client) {
    this.history = history;
    this.client = client;
  }

  /** Asks for a task, and waits so long for its end; whether it was told of one, or of no task. */
  boolean read(String id, Duration wait) {
    long asked = Event.now();
    ProducerClient.Answer answer;
    try {
      answer = client.get(id, wait);
    } catch (IOException e) {
      return false;
    }
    if (answer.status() == 404 || answer.status() == 410) {
      history.add(Kind.ABSENT, answer.producer(), "", id, "");
      return true;
    }
    if (answer.status() != 200) {
      return false;
    }
    String state = answer.json().path("state").asString();
    boolean finished = FINISHED.contains(state);
    history.add(
        new Event(
            finished ? Event.now() : asked,
            Kind.READ,
            answer.producer(),
            "",
            id,
            finished ? state + " " + outcome(answer.json()) : state));
    return finished;
  }

  private static String outcome(JsonNode view) {
    return view.has("error")
        ? view.path("error").path("type").asString("")
            + ": "
            + view.path("error").path("message").asString("")
        : view.path("result").toString();
  }
}
