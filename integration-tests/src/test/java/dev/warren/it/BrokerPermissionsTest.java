package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.ShutdownSignalException;
import dev.warren.AsyncResult;
import dev.warren.BoundedQueue;
import dev.warren.Chord;
import dev.warren.Group;
import dev.warren.TaskCall;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.WorkerPool;
import dev.warren.it.kit.BrokerUsers;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.PlainAmqp;
import dev.warren.it.kit.ProducerProcess;
import dev.warren.it.kit.TaskApi;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;

/**
 * The broker's users that the compose stack makes: each may do what its part of Warren does, and
 * not what it does not.
 */
@Tag(Ci.FIRST_PASS_ONLY)
class BrokerPermissionsTest {

  private static final String PRODUCER = "warren-producer";
  private static final String WORKER = "warren-worker";
  private static final String CLIENT = "warren-client";
  private static final String ADMIN = "warren-admin";

  private static final String TASKS = "tasks";
  private static final String RESULTS = "warren.results.of-another";
  private static final String REPLIES = "warren.reply.of-another";
  private static final String COMMANDS = "warren.control.of-another";
  private static final String REVOCATIONS = "warren.revoked";
  private static final String LEVEL = "warren.delay.3";
  private static final String FOREIGN = "of-another-program";

  private static final TaskRef<Integer> WORDS = TaskRef.of("text.word_count", Integer.class);
  private static final TaskRef<Double> SLEEP = TaskRef.of("demo.sleep", Double.class);
  private static final int BOUND = 10;

  /** On a machine that runs other tests as well. */
  private static final Duration PROCESS_START = Deadline.APP_START.multipliedBy(2);

  private static BrokerUsers users;
  private static WorkerProcess worker;
  private static ProducerProcess producer;

  @BeforeAll
  static void start() {
    users = BrokerUsers.on(TestBroker.shared());
    worker =
        WorkerProcess.on(users.uri(WORKER))
            .queue(TASKS, BOUND)
            .set("warren.worker.unknown-task-ttl", "1s")
            .startReady();
    producer = ProducerProcess.on(users.uri(PRODUCER)).queue(TASKS, BOUND).startReady();
    try (PlainAmqp admin = PlainAmqp.to(users.uri(ADMIN))) {
      List.of(RESULTS, REPLIES, COMMANDS, FOREIGN).forEach(queue -> admin.declare(queue, Map.of()));
    }
  }

  @AfterAll
  static void stop() {
    producer.close();
    worker.close();
    users.close();
  }

  // --- what each may do ------------------------------------------------------------------------

  @Test
  void theProducerGetsTasksDoneAndSeesTheirQueues() {
    TaskApi tasks = producer.tasks();

    assertThat(tasks.run("text.word_count", "the quick brown fox").path("result").asInt())
        .isEqualTo(4);
    JsonNode queue = tasks.queue(TASKS);
    assertThat(queue.path("maxLength").asInt()).isEqualTo(BOUND);
    assertThat(queue.path("consumers").asInt()).isEqualTo(2);
  }

  @Test
  void theProducerCancelsTasksThatRun() {
    TaskApi tasks = producer.tasks();
    List<String> inAllSlots =
        List.of(tasks.accepted("demo.sleep", 600), tasks.accepted("demo.sleep", 600));
    inAllSlots.forEach(
        id -> Deadline.await("it runs", Deadline.TASK, () -> tasks.state(id).equals("STARTED")));

    inAllSlots.forEach(id -> producer.rest().post("/api/v1/tasks/" + id + "/cancel", Map.of()));

    assertThat(tasks.run("demo.sleep", 0).path("state").asString()).isEqualTo("SUCCEEDED");
  }

  /** To declare is to be able to delete: this is left to who consumes the queue anyway. */
  @Test
  void theProducerTakesTheQueueAsTheWorkersDeclaredIt() {
    assertThat(producer.log()).contains("'tasks' is not this user's to declare");
  }

  /** It goes through all of the queues that a worker may write to but quarantine. */
  @Test
  void aWorkerPutsOffATaskThatItDoesNotKnow() {
    JsonNode done = producer.tasks().run("no.such_task");

    assertThat(done.path("error").path("type").asString()).isEqualTo("NotRegistered");
  }

  @Test
  void aWorkerPutsWhatItCannotReadIntoQuarantine() {
    try (PlainAmqp admin = PlainAmqp.to(users.uri(ADMIN))) {
      admin.put(TASKS, new BasicProperties(), "no task".getBytes(StandardCharsets.UTF_8));

      admin.awaitOne(TASKS + ".dead", Deadline.TASK);
    }
  }

  @Test
  void aClientGetsTasksDoneOnTheWorkersOfAnother() throws Exception {
    try (Warren warren = Warren.connect(users.uri(CLIENT))) {
      assertThat(warren.pool().map(WORDS, List.of("one", "and two", "and then three")))
          .containsExactly(1, 2, 3);
    }
  }

  @Test
  void aClientsChordIsCalledByAWorkerWhichDeletesItsResults() throws Exception {
    TaskRef<List<List<Integer>>> collect =
        TaskRef.of("celery.accumulate", new TypeReference<>() {});
    Group<Integer> group = Group.of(WORDS.with("one"), WORDS.with("and two"));
    try (Warren warren = Warren.connect(users.uri(CLIENT))) {
      assertThat(warren.pool().applyAsync(Chord.of(group, collect.with())).get(Deadline.TASK))
          .containsExactly(List.of(1, 2));
    }
    assertThat(worker.log()).doesNotContain("stays until it expires");
  }

  @Test
  void aClientCancelsTasksThatRun() throws Exception {
    try (Warren warren = Warren.connect(users.uri(CLIENT))) {
      WorkerPool pool = warren.pool();
      List<AsyncResult<Double>> inAllSlots =
          List.of(pool.applyAsync(SLEEP, 600), pool.applyAsync(SLEEP, 600));
      inAllSlots.forEach(result -> result.acceptance().join());
      Deadline.await("both run", Deadline.TASK, () -> pool.queue().isEmpty());

      inAllSlots.forEach(AsyncResult::cancel);

      assertThat(pool.applyAsync(SLEEP, 0).get(Deadline.TASK)).isZero();
    }
  }

  /** Retries go the same way. */
  @Test
  void aWorkerHasTheBrokerHoldWhatIsNotDue() throws Exception {
    try (Warren warren = Warren.connect(users.uri(CLIENT))) {
      assertThatAWorkerHasTheBrokerHoldTasks(warren);
      assertMoreIn("warren.delay.7", () -> warren.pool().applyAsync(inMinutes(1)));
    }
  }

  /** The first time it declares what that takes. */
  private static void assertThatAWorkerHasTheBrokerHoldTasks(Warren warren) throws Exception {
    TaskCall<Integer> inAMoment = WORDS.with("a b c").countdown(Duration.ofMillis(600));
    assertThat(warren.pool().applyAsync(inAMoment).get(Deadline.TASK)).isEqualTo(3);
  }

  private static TaskCall<Integer> inMinutes(int minutes) {
    return WORDS.with("better late than").countdown(Duration.ofMinutes(minutes));
  }

  @Test
  void aClientHasQueuesAndProcessesOfItsOwn() throws Exception {
    try (Warren warren = Warren.connect(users.uri(CLIENT));
        BoundedQueue<String> queue = warren.queue("items", 2, String.class)) {
      queue.put("item");
      assertThat(queue.take(Deadline.TASK)).isEqualTo("item");

      assertThatAWorkerHasTheBrokerHoldTasks(warren);
      WorkerPool own = warren.pool(1);
      assertThat(own.applyAsync(WORDS, "the quick brown fox").get(PROCESS_START)).isEqualTo(4);
      assertMoreIn("warren.delay.8", () -> own.applyAsync(inMinutes(2)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {CLIENT, ADMIN})
  void whatALibraryCancelsIsWrittenDownForWorkersThatComeLater(String user) throws Exception {
    try (Warren warren = Warren.connect(users.uri(user))) {
      assertMoreIn(REVOCATIONS, () -> warren.pool().applyAsync(inMinutes(10)).cancel());
    }
  }

  @Test
  void whatTheProducerCancelsIsWrittenDownForWorkersThatComeLater() throws Exception {
    TaskApi tasks = producer.tasks();
    String running = tasks.accepted("demo.sleep", 600);
    Deadline.await("it runs", Deadline.TASK, () -> tasks.state(running).equals("STARTED"));

    assertMoreIn(
        REVOCATIONS, () -> producer.rest().post("/api/v1/tasks/" + running + "/cancel", Map.of()));
  }

  private static void assertMoreIn(String queue, Runnable action) {
    try (PlainAmqp admin = PlainAmqp.to(users.uri(ADMIN))) {
      long before = admin.exists(queue) ? admin.count(queue) : 0;
      action.run();
      Deadline.await(
          "more is in " + queue,
          Deadline.TASK,
          () -> admin.exists(queue) && admin.count(queue) > before);
    }
  }

  @Test
  void aWorkerReadsWhatWasCancelledBeforeItCame() {
    assertThat(worker.log()).doesNotContain("what was revoked while this worker was away");
  }

  @Test
  void aWorkerTellsOfItself() {
    assertThat(worker.log()).doesNotContain("events cannot be sent");
  }

  @Test
  void aProducerWithoutAQueueSaysWhoMayDeclareIt() {
    try (ProducerProcess early =
        ProducerProcess.on(users.uri(PRODUCER)).queue("undeclared", BOUND).start()) {
      assertThat(early.awaitExit()).isNotZero();
      assertThat(early.log())
          .contains("Warren does not start: ")
          .contains("'undeclared', and it does not exist; start one who may first");
    }
  }

  // --- what none may do ------------------------------------------------------------------------

  /** Something that one of the users tries on a channel of its own. */
  private record Attempt(String user, String what, ChannelCall call) {
    @Override
    public String toString() {
      return user + " " + what;
    }
  }

  private interface ChannelCall {
    void on(Channel channel) throws Exception;
  }

  static Stream<Attempt> forbidden() {
    return Stream.of(
            // A producer gives tasks away and never gets one back, but from quarantine.
            Stream.of(TASKS, TASKS + ".due", TASKS + ".delay", COMMANDS, FOREIGN)
                .flatMap(queue -> taking(PRODUCER, queue)),
            Stream.of(TASKS, TASKS + ".due", TASKS + ".delay", TASKS + ".dead", COMMANDS, FOREIGN)
                .flatMap(queue -> owning(PRODUCER, queue)),
            Stream.of("amq.topic", "amq.fanout", "reply.celery.pidbox", "celeryev")
                .map(exchange -> publishing(PRODUCER, exchange)),
            Stream.of(binding(PRODUCER, RESULTS, "celery.pidbox")),
            Stream.of(binding(PRODUCER, TASKS, "amq.fanout")),

            // What is held, and what was cancelled, is the workers' to make and to read.
            Stream.of(LEVEL, REVOCATIONS).flatMap(queue -> owning(PRODUCER, queue)),
            Stream.of(LEVEL, REVOCATIONS).flatMap(queue -> taking(PRODUCER, queue)),
            Stream.of(LEVEL, REVOCATIONS).flatMap(queue -> owning(CLIENT, queue)),
            taking(CLIENT, LEVEL),
            Stream.of(publishing(PRODUCER, LEVEL)),

            // A worker takes tasks; it reads no results, and no replies or commands to others.
            Stream.of(RESULTS, REPLIES, TASKS + ".dead", FOREIGN)
                .flatMap(queue -> taking(WORKER, queue)),
            Stream.of(RESULTS, REPLIES, FOREIGN).flatMap(queue -> owning(WORKER, queue)),
            Stream.of("amq.topic", "amq.fanout", "celery.pidbox")
                .map(exchange -> publishing(WORKER, exchange)),
            Stream.of(binding(WORKER, TASKS, "celery.pidbox")),

            // A client has queues of its own, and no hand on those that all share.
            Stream.of(TASKS, TASKS + ".due", TASKS + ".delay", TASKS + ".dead", RESULTS)
                .flatMap(queue -> Stream.concat(taking(CLIENT, queue), owning(CLIENT, queue))),
            Stream.of("amq.topic", "amq.fanout").map(exchange -> publishing(CLIENT, exchange)),
            Stream.of(binding(CLIENT, RESULTS, "celery.pidbox")),

            // No part of Warren makes exchanges but those for commands and events.
            Stream.of(PRODUCER, WORKER).map(user -> declaringExchange(user, FOREIGN)))
        .flatMap(attempts -> attempts);
  }

  private static Stream<Attempt> taking(String user, String queue) {
    return Stream.of(
        new Attempt(
            user,
            "consumes " + queue,
            channel -> channel.basicConsume(queue, new DefaultConsumer(channel))),
        new Attempt(user, "gets from " + queue, channel -> channel.basicGet(queue, false)),
        new Attempt(user, "purges " + queue, channel -> channel.queuePurge(queue)));
  }

  private static Stream<Attempt> owning(String user, String queue) {
    return Stream.of(
        new Attempt(
            user,
            "declares " + queue,
            channel -> channel.queueDeclare(queue, true, false, false, Map.of())),
        new Attempt(user, "deletes " + queue, channel -> channel.queueDelete(queue)));
  }

  private static Attempt publishing(String user, String exchange) {
    return new Attempt(
        user,
        "publishes to " + exchange,
        channel -> {
          channel.confirmSelect();
          channel.basicPublish(exchange, "", new BasicProperties(), new byte[0]);
          channel.waitForConfirms(Deadline.TASK.toMillis());
        });
  }

  private static Attempt binding(String user, String queue, String exchange) {
    return new Attempt(
        user,
        "binds " + queue + " to " + exchange,
        channel -> channel.queueBind(queue, exchange, ""));
  }

  private static Attempt declaringExchange(String user, String exchange) {
    return new Attempt(
        user,
        "declares exchange " + exchange,
        channel -> channel.exchangeDeclare(exchange, "fanout"));
  }

  @ParameterizedTest
  @MethodSource("forbidden")
  void itIsRefused(Attempt attempt) throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(users.uri(attempt.user()));
    try (Connection connection = factory.newConnection("attempt")) {
      assertThat(closeCode(connection.createChannel(), attempt.call()))
          .as("%s", attempt)
          .isEqualTo(AMQP.ACCESS_REFUSED);
    }
  }

  /** With what the broker closed the channel; 0 if it did not. */
  private static int closeCode(Channel channel, ChannelCall call) throws Exception {
    try {
      call.on(channel);
      return 0;
    } catch (ShutdownSignalException e) {
      return code(e);
    } catch (IOException e) {
      if (e.getCause() instanceof ShutdownSignalException cause) {
        return code(cause);
      }
      throw e;
    }
  }

  private static int code(ShutdownSignalException e) {
    return e.getReason() instanceof AMQP.Channel.Close close ? close.getReplyCode() : -1;
  }
}
