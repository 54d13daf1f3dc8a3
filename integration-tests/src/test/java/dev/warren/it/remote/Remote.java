package dev.warren.it.remote;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import dev.warren.it.kit.Deadline;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Commands and events as Celery's tools send and read them, without Celery and without Warren. */
final class Remote implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();
  private static final String COMMANDS = "celery.pidbox";
  private static final String ANSWERS = "reply.celery.pidbox";
  private static final String EVENTS = "celeryev";

  private final Connection connection;
  private final Channel channel;
  private final String answersTo;
  private final List<JsonNode> answers = new CopyOnWriteArrayList<>();
  private final List<JsonNode> events = new CopyOnWriteArrayList<>();

  private Remote(Connection connection) throws Exception {
    this.connection = connection;
    this.channel = connection.createChannel();
    channel.exchangeDeclare(COMMANDS, "fanout", false);
    channel.exchangeDeclare(ANSWERS, "direct", false);
    channel.exchangeDeclare(EVENTS, "topic", true);
    answersTo = UUID.randomUUID().toString();
    listen(ANSWERS, answersTo, answers);
    listen(EVENTS, "#", events);
  }

  static Remote to(String uri) throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(uri);
    return new Remote(factory.newConnection("remote"));
  }

  private void listen(String exchange, String key, List<JsonNode> heard) throws Exception {
    String queue = channel.queueDeclare("", false, true, true, Map.of()).getQueue();
    channel.queueBind(queue, exchange, key);
    channel.basicConsume(
        queue,
        true,
        (tag, delivery) -> {
          JsonNode body = JSON.readTree(delivery.getBody());
          if (body.isArray()) {
            body.forEach(one -> heard.add(keyed(one, delivery.getEnvelope().getRoutingKey())));
          } else {
            heard.add(body);
          }
        },
        tag -> {});
  }

  private static JsonNode keyed(JsonNode event, String key) {
    return ((ObjectNode) event).put("key", key);
  }

  /** Sends a command to one worker, and waits for its answer. */
  JsonNode ask(String worker, String method, Map<String, ?> arguments) throws Exception {
    int before = answers.size();
    send(method, arguments, Map.of("destination", List.of(worker)), 0);
    return Deadline.awaitValue(
            "an answer to " + method,
            Deadline.TASK,
            () -> answersSince(before).filter(one -> one.has(worker)).findFirst().orElse(null))
        .get(worker);
  }

  JsonNode ask(String worker, String method) throws Exception {
    return ask(worker, method, Map.of());
  }

  private Stream<JsonNode> answersSince(int before) {
    return List.copyOf(answers).subList(before, answers.size()).stream();
  }

  /** All answers so far, {@code {worker: answer}} each. */
  List<JsonNode> answers() {
    return answers;
  }

  /** Sends a command. */
  void send(String method, Map<String, ?> arguments, Map<String, ?> whom, double expires)
      throws Exception {
    ObjectNode body = JSON.createObjectNode();
    body.put("method", method);
    body.set("arguments", JSON.valueToTree(arguments));
    body.putNull("destination").putNull("pattern").putNull("matcher");
    body.setAll((ObjectNode) JSON.valueToTree(whom));
    body.put("ticket", UUID.randomUUID().toString());
    body.putObject("reply_to").put("exchange", ANSWERS).put("routing_key", answersTo);
    BasicProperties properties =
        new BasicProperties.Builder()
            .contentType("application/json")
            .contentEncoding("utf-8")
            .headers(Map.of("clock", 1_000, "expires", expires))
            .build();
    channel.basicPublish(COMMANDS, "", properties, JSON.writeValueAsBytes(body));
  }

  /** Waits for an event of a worker. */
  JsonNode awaitEvent(String worker, String type) {
    return Deadline.awaitValue(type + " of " + worker, Deadline.TASK, () -> find(worker, type));
  }

  private @Nullable JsonNode find(String worker, String type) {
    return of(worker).stream()
        .filter(event -> event.path("type").asString("").equals(type))
        .findFirst()
        .orElse(null);
  }

  /** The events of a worker. */
  List<JsonNode> of(String worker) {
    return events.stream()
        .filter(event -> event.path("hostname").asString("").equals(worker))
        .toList();
  }

  /** An event of a task that was seen. */
  JsonNode event(String task, String type) {
    return events.stream()
        .filter(event -> event.path("uuid").asString("").equals(task))
        .filter(event -> event.path("type").asString().equals(type))
        .findFirst()
        .orElseThrow();
  }

  /** The types of a task's events, in the order of the worker's clock. */
  List<String> typesOf(String task) {
    return events.stream()
        .filter(event -> event.path("uuid").asString("").equals(task))
        .sorted((a, b) -> Long.compare(a.path("clock").asLong(), b.path("clock").asLong()))
        .map(event -> event.path("type").asString())
        .toList();
  }

  @Override
  public void close() {
    connection.abort();
  }
}
