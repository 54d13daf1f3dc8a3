package dev.warren.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.WarrenException.EncodingException;
import dev.warren.wire.Decoded.Reason;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class WireFormatTest {

  private static final Instant NOW = Instant.parse("2026-11-22T08:00:00Z");
  private static final String CAPTURED_BODY =
      "[[2, 2], {}, {\"callbacks\": null, \"errbacks\": null, \"chain\": null, \"chord\": null}]";

  private final WireFormat wire = new WireFormat(64 * 1024);

  @Test
  void aTaskThatWasWrittenIsReadAsItWas() {
    TaskMessage task =
        TaskMessage.of("id-1", "text.word_count", List.of("a b"), Map.of("limit", 3))
            .replyingTo("replies")
            .expiringAt(NOW.plusSeconds(60))
            .trackingStart();

    TaskMessage read = task(wire.writeTask(task));

    assertThat(read.id()).isEqualTo("id-1");
    assertThat(read.task()).isEqualTo("text.word_count");
    assertThat(read.args()).hasToString("[\"a b\"]");
    assertThat(read.kwargs()).hasToString("{limit=3}");
    assertThat(read.replyTo()).isEqualTo("replies");
    assertThat(read.correlationId()).isEqualTo("id-1");
    assertThat(read.expires()).isEqualTo(NOW.plusSeconds(60));
    assertThat(read.trackStarted()).isTrue();
    assertThat(read.wantsReply()).isTrue();
  }

  @Test
  void theBodyOfATaskIsCelerys() {
    WireMessage message = wire.writeTask(TaskMessage.of("i", "t", List.of(2, 2), Map.of()));

    assertThat(new String(message.body(), StandardCharsets.UTF_8))
        .isEqualTo(CAPTURED_BODY.replace(" ", ""));
    assertThat(message.contentType()).isEqualTo("application/json");
    assertThat(message.contentEncoding()).isEqualTo("utf-8");
    assertThat(message.headers()).containsEntry("task", "t").containsEntry("id", "i");
  }

  @Test
  void aMessageCapturedFromCeleryIsATask() {
    Map<String, @Nullable Object> headers = new HashMap<>();
    headers.put("lang", "py");
    headers.put("task", "proj.tasks.add");
    headers.put("id", "3e9f8a5e-0000-4000-8000-000000000001");
    headers.put("eta", null);
    headers.put("expires", "2026-11-22T08:19:55.064350+00:00");
    headers.put("retries", 0);
    List<@Nullable Object> none = new ArrayList<>();
    none.add(null);
    none.add(null);
    headers.put("timelimit", none);
    headers.put("argsrepr", "(2, 2)");
    headers.put("ignore_result", false);
    headers.put("stamps", Map.of());

    TaskMessage read = task(message(headers, CAPTURED_BODY));

    assertThat(read.args()).hasToString("[2, 2]");
    assertThat(read.expires()).isEqualTo(Instant.parse("2026-11-22T08:19:55.064350Z"));
  }

  @Test
  void aMessageWithNothingButTaskAndIdIsATask() {
    assertThat(task(message(Map.of("task", "t", "id", "i"), "[[], null, null]")).task())
        .isEqualTo("t");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[[], {}]",
        "[]",
        "{}",
        "\"text\"",
        "7",
        "null",
        "[{}, {}, {}]",
        "[[], [], {}]",
        "[[], {}, {}, {}]"
      })
  void aBodyOfAnotherShapeIsRefused(String body) {
    assertThat(wire.readTask(message(known(), body)).reason()).isEqualTo(Reason.BAD_SHAPE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[[],{},{}] x", "not json", "[[],{},{}", "\u0000"})
  void aBodyThatIsNotJsonIsRefused(String body) {
    assertThat(wire.readTask(message(known(), body)).reason())
        .isIn(Reason.NOT_JSON, Reason.BAD_SHAPE);
  }

  @Test
  void aBodyNested100000DeepIsRefusedAndNotRecursedInto() {
    String deep = "[".repeat(30_000) + "]".repeat(30_000);

    assertThat(wire.readTask(message(known(), deep)).reason()).isEqualTo(Reason.TOO_DEEP);
  }

  @Test
  void aBodyOverTheLimitIsRefusedUnread() {
    assertThat(wire.readTask(message(known(), " ".repeat(64 * 1024 + 1))).reason())
        .isEqualTo(Reason.TOO_LARGE);
  }

  @Test
  void aMissingHeaderIsNamed() {
    assertThat(wire.readTask(message(Map.of("id", "i"), CAPTURED_BODY)).reason())
        .isEqualTo(Reason.NO_TASK_NAME);
    assertThat(wire.readTask(message(Map.of("task", "t"), CAPTURED_BODY)).reason())
        .isEqualTo(Reason.NO_ID);
    assertThat(wire.readTask(message(Map.of("task", 7, "id", "i"), CAPTURED_BODY)).reason())
        .isEqualTo(Reason.NO_TASK_NAME);
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/x-python-serialize", "text/json", "application/x-yaml", ""})
  void onlyJsonIsRead(String type) {
    WireMessage message =
        new WireMessage(
            type, "utf-8", null, null, known(), CAPTURED_BODY.getBytes(StandardCharsets.UTF_8));

    assertThat(wire.readTask(message).reason()).isEqualTo(Reason.UNSUPPORTED_CONTENT_TYPE);
  }

  @Test
  void anEtaIsAMomentWithAnOffset() {
    Map<String, @Nullable Object> headers = new HashMap<>(known());
    headers.put("eta", "2026-11-22T12:00:00.5+02:00");
    TaskMessage task = wire.readTask(message(headers, CAPTURED_BODY)).value();
    assertThat(task).isNotNull();
    assertThat(task.eta()).isEqualTo(Instant.parse("2026-11-22T10:00:00.5Z"));

    headers.put("eta", "tomorrow");
    assertThat(wire.readTask(message(headers, CAPTURED_BODY)).reason())
        .isEqualTo(Reason.BAD_HEADER);
  }

  /** Seeded, so that a failure can be repeated. */
  @Test
  void noMutationOfAMessageMakesReadingThrow() {
    Random random = new Random(20261122);
    byte[] body = CAPTURED_BODY.getBytes(StandardCharsets.UTF_8);
    Object[] values = {null, 7, "x", List.of(), Map.of("a", 1), true, -1L, "2026-01-01T00:00:00Z"};
    String[] names = {"task", "id", "eta", "expires", "retries", "timelimit", "compression"};
    for (int i = 0; i < 20_000; i++) {
      byte[] mutated = body.clone();
      for (int n = random.nextInt(4); n > 0; n--) {
        mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
      }
      Map<String, @Nullable Object> headers = new LinkedHashMap<>(known());
      headers.put(names[random.nextInt(names.length)], values[random.nextInt(values.length)]);

      Decoded<TaskMessage> task =
          wire.readTask(new WireMessage("application/json", null, null, null, headers, mutated));
      Decoded<ReplyMessage> reply =
          wire.readReply(new WireMessage("application/json", null, null, null, headers, mutated));

      assertThat(task.value() == null).isEqualTo(task.reason() != null);
      assertThat(reply.value() == null).isEqualTo(reply.reason() != null);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"12345678901234567890.123456789", "1.10", "1e400", "0.1", "-7", "1E-9"})
  void aNumberKeepsItsDigits(String number) {
    TaskMessage read = task(message(known(), "[[" + number + "], {}, {}]"));

    WireMessage again = wire.writeTask(read);

    JsonNode args = wire.mapper().readTree(again.body()).get(0);
    assertThat(args.get(0).decimalValue()).isEqualTo(new BigDecimal(number));
  }

  @Test
  void aSuccessIsCelerysRpcResult() {
    ReplyMessage reply =
        new ReplyMessage("i", TaskStatus.SUCCESS, 5, null, "w", 1, NOW, NOW.plusMillis(5));

    JsonNode body = wire.mapper().readTree(wire.writeReply(reply, "c").body());

    assertThat(body.path("task_id").asString()).isEqualTo("i");
    assertThat(body.path("status").asString()).isEqualTo("SUCCESS");
    assertThat(body.path("result").asInt()).isEqualTo(5);
    assertThat(body.path("traceback").isNull()).isTrue();
    assertThat(body.path("children").isArray()).isTrue();
    assertThat(wire.writeReply(reply, "c").correlationId()).isEqualTo("c");
  }

  @Test
  void aFailureIsWrittenAndReadWithTypeMessageAndTrace() {
    ReplyMessage reply =
        new ReplyMessage(
            "i",
            TaskStatus.FAILURE,
            null,
            new TaskError("IllegalStateException", "boom", "at x"),
            "w",
            2,
            NOW,
            NOW);

    ReplyMessage read = reply(wire.writeReply(reply, "i"));

    assertThat(read).isEqualTo(reply);
  }

  @Test
  void aChunkThatFailsCanTellTheValuesItHas() {
    JsonNode values = wire.mapper().readTree("[1, null]");
    ReplyMessage reply =
        new ReplyMessage(
            "i", TaskStatus.FAILURE, values, new TaskError("E", "m", null), "w", 1, NOW, NOW);

    assertThat(reply(wire.writeReply(reply, "i"))).isEqualTo(reply);
  }

  @Test
  void progressIsCelerysCustomStateOfThatName() {
    JsonNode told = wire.mapper().readTree("{\"current\": 3, \"total\": 10}");
    ReplyMessage reply = new ReplyMessage("i", TaskStatus.PROGRESS, told, null, "w", 1, NOW, null);

    JsonNode body = wire.mapper().readTree(wire.writeReply(reply, "i").body());

    assertThat(body.path("status").asString()).isEqualTo("PROGRESS");
    assertThat(body.path("result")).isEqualTo(told);
    assertThat(reply(wire.writeReply(reply, "i"))).isEqualTo(reply);
  }

  @Test
  void whatAChunkIsAskedForAndHowOftenItsWorkersWereLostTravelInHeaders() {
    TaskMessage chunk = TaskMessage.of("i", "celery.map", List.of(), Map.of()).wantingPartial();
    Map<String, Object> headers = new HashMap<>(wire.writeTask(chunk).headers());
    headers.put(WireFormat.LOST_ATTEMPTS, 2);

    TaskMessage read = task(message(headers, "[[], {}, {}]"));

    assertThat(read.wantsPartial()).isTrue();
    assertThat(read.lostAttempts()).isEqualTo(2);
  }

  @Test
  void timeLimitsPriorityAndRetriesTravel() {
    TaskMessage task =
        TaskMessage.of("i", "t", List.of(), Map.of())
            .limitedTo(Duration.ofMinutes(5))
            .softlyLimitedTo(Duration.ofMillis(2_500))
            .withPriority(7)
            .retriedTimes(2);

    WireMessage message = wire.writeTask(task);

    assertThat(message.headers()).containsEntry("timelimit", List.of(300L, 2.5));
    assertThat(message.headers()).containsEntry("retries", 2);
    assertThat(message.priority()).isEqualTo(7);
    TaskMessage read = task(message);
    assertThat(read.timeLimit()).isEqualTo(Duration.ofMinutes(5));
    assertThat(read.softTimeLimit()).isEqualTo(Duration.ofMillis(2_500));
    assertThat(read.priority()).isEqualTo(7);
    assertThat(read.attempt()).isEqualTo(3);
  }

  @Test
  void whatIsSoWithoutAHeaderHasNone() {
    WireMessage message = wire.writeTask(TaskMessage.of("i", "t", List.of(), Map.of()));

    assertThat(message.headers()).containsOnlyKeys("lang", "task", "id", "root_id", "origin");
    assertThat(message.priority()).isNull();
    assertThat(task(message).timeLimit()).isNull();
    assertThat(task(message).softTimeLimit()).isNull();
  }

  @Test
  void theTimeLimitsOfACeleryClientAreHardThenSoftAndZeroIsNone() {
    TaskMessage both = task(limited(Arrays.asList(300, 200.5)));
    TaskMessage none = task(limited(Arrays.asList(0, 0.0)));

    assertThat(both.timeLimit()).isEqualTo(Duration.ofSeconds(300));
    assertThat(both.softTimeLimit()).isEqualTo(Duration.ofMillis(200_500));
    assertThat(none.timeLimit()).isNull();
    assertThat(none.softTimeLimit()).isNull();
  }

  static Stream<Object> noTimeLimits() {
    return Stream.of(
        "soon",
        300,
        List.of(),
        List.of(300),
        List.of(300, 200, 100),
        List.of("300", "200"),
        Arrays.asList(-1, null),
        Arrays.asList(null, -0.5),
        Arrays.asList(Double.NaN, null),
        List.of(Map.of(), Map.of()));
  }

  @ParameterizedTest
  @MethodSource("noTimeLimits")
  void whatIsNoTimeLimitIsRefused(Object value) {
    Decoded<TaskMessage> read = wire.readTask(limited(value));

    assertThat(read.reason()).isEqualTo(Reason.BAD_HEADER);
    assertThat(read.detail()).contains("timelimit").contains("[hard, soft]");
  }

  @Test
  void aTimeLimitBeyondAllNumbersIsALongOne() {
    assertThat(task(limited(Arrays.asList(Double.POSITIVE_INFINITY, 1e300))).timeLimit())
        .isGreaterThan(Duration.ofDays(36_500));
  }

  private static WireMessage limited(Object limits) {
    Map<String, @Nullable Object> headers = known();
    headers.put("timelimit", limits);
    return message(headers, CAPTURED_BODY);
  }

  @Test
  void limitsAndPrioritiesThatCannotBeAreRefused() {
    TaskMessage task = TaskMessage.of("i", "t", List.of(), Map.of());

    assertThatThrownBy(() -> task.limitedTo(Duration.ZERO)).hasMessageContaining("time limit");
    assertThatThrownBy(() -> task.softlyLimitedTo(Duration.ofSeconds(-1)))
        .hasMessageContaining("soft time limit");
    assertThatThrownBy(() -> task.withPriority(256)).hasMessageContaining("0 to 255: 256");
    assertThatThrownBy(() -> task.withPriority(-1)).hasMessageContaining("0 to 255: -1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"TimeLimitExceeded", "SoftTimeLimitExceeded", "WorkerLostError"})
  void celerysOwnFailuresAreSaidToBeItsOwn(String type) {
    TaskError error = new TaskError(type, "m", null);
    ReplyMessage reply = new ReplyMessage("i", TaskStatus.FAILURE, null, error, "w", 1, NOW, NOW);

    JsonNode body = wire.mapper().readTree(wire.writeReply(reply, "i").body());

    assertThat(body.path("result").path("exc_module").asString()).isEqualTo("celery.exceptions");
  }

  @Test
  void codeIsNoData() {
    Supplier<Integer> lambda = () -> 1;
    TaskMessage task = TaskMessage.of("i", "t", List.of(lambda), Map.of());

    assertThatThrownBy(() -> wire.writeTask(task))
        .isInstanceOf(EncodingException.class)
        .hasMessageContaining("lambda");
  }

  @Test
  void aFailureCapturedFromCeleryIsRead() {
    ReplyMessage read =
        reply(
            message(
                Map.of(),
                "{\"task_id\":\"i\",\"status\":\"FAILURE\",\"result\":{\"exc_type\":\"ValueError\","
                    + "\"exc_message\":[\"bad\",42],\"exc_module\":\"builtins\"},"
                    + "\"traceback\":\"Traceback…\",\"children\":[]}"));

    assertThat(read.error()).isEqualTo(new TaskError("ValueError", "[\"bad\",42]", "Traceback…"));
    assertThat(read.attempt()).isZero();
  }

  @Test
  void whatCannotBeWrittenAsJsonIsAnEncodingError() {
    List<Object> cycle = new ArrayList<>();
    cycle.add(cycle);

    assertThatThrownBy(() -> wire.writeTask(TaskMessage.of("i", "t", cycle, Map.of())))
        .isInstanceOf(EncodingException.class)
        .hasMessageContaining("task t");
  }

  static final class Broken {
    public String getText() {
      throw new AssertionError("a getter may throw anything");
    }
  }

  @Test
  void aValueWhoseGetterThrowsAnErrorIsAnEncodingError() {
    ReplyMessage reply =
        new ReplyMessage("i", TaskStatus.SUCCESS, new Broken(), null, "w", 1, NOW, NOW);

    assertThatThrownBy(() -> wire.writeReply(reply, "i")).isInstanceOf(EncodingException.class);
  }

  @Test
  void anIdThatDoesNotFitIntoAPropertyIsNone() {
    Map<String, @Nullable Object> headers = known();
    headers.put("id", "€".repeat(200));

    assertThat(wire.readTask(message(headers, CAPTURED_BODY)).reason()).isEqualTo(Reason.NO_ID);
  }

  @Test
  void aDetailIsOneLineWhateverTheMessageSays() {
    WireMessage message =
        new WireMessage("text/x\nINFO forged", null, null, null, known(), new byte[0]);

    assertThat(wire.readTask(message).detail()).doesNotContain("\n").contains("forged");
  }

  @Test
  void aTaskOverTheLimitIsAnEncodingErrorThatNamesTheProperty() {
    TaskMessage large = TaskMessage.of("i", "t", List.of("x".repeat(70_000)), Map.of());

    assertThatThrownBy(() -> wire.writeTask(large))
        .isInstanceOf(EncodingException.class)
        .hasMessageContaining("warren.max-message-bytes");
  }

  @Test
  void whatIsTooLargeIsWrittenNoFurtherThanTheLimit() {
    AtomicInteger written = new AtomicInteger();
    List<Object> large =
        new AbstractList<>() {
          @Override
          public Object get(int index) {
            written.incrementAndGet();
            return Map.of("text", "x".repeat(1_000));
          }

          @Override
          public int size() {
            return 1_000_000;
          }
        };

    assertThatThrownBy(() -> wire.writeTask(TaskMessage.of("i", "t", List.of(large), Map.of())))
        .isInstanceOf(EncodingException.class)
        .hasMessageContaining("warren.max-message-bytes");
    assertThat(written).hasValueLessThan(200);
  }

  private TaskMessage task(WireMessage message) {
    Decoded<TaskMessage> decoded = wire.readTask(message);
    TaskMessage task = decoded.value();
    if (task == null) {
      throw new AssertionError(decoded);
    }
    return task;
  }

  private ReplyMessage reply(WireMessage message) {
    Decoded<ReplyMessage> decoded = wire.readReply(message);
    ReplyMessage reply = decoded.value();
    if (reply == null) {
      throw new AssertionError(decoded);
    }
    return reply;
  }

  private static Map<String, @Nullable Object> known() {
    Map<String, @Nullable Object> headers = new HashMap<>();
    headers.put("task", "t");
    headers.put("id", "i");
    return headers;
  }

  private static WireMessage message(Map<String, @Nullable Object> headers, String body) {
    return new WireMessage(
        "application/json", "utf-8", null, null, headers, body.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void anItemIsBareJsonAndComesBackAsItWas() {
    WireMessage message = wire.writeItem(List.of(1, 2));

    assertThat(new String(message.body(), StandardCharsets.UTF_8)).isEqualTo("[1,2]");
    assertThat(message.contentType()).isEqualTo("application/json");
    assertThat(wire.readItem(message, wire.mapper().constructType(int[].class)).value())
        .hasValueSatisfying(item -> assertThat(item).isEqualTo(new int[] {1, 2}));
  }

  @Test
  void anItemThatIsNullIsAValue() {
    Decoded<Optional<String>> read =
        wire.readItem(wire.writeItem(null), wire.mapper().constructType(String.class));

    assertThat(read.value()).isEmpty();
    assertThat(read.reason()).isNull();
  }

  @Test
  void anItemOfAnotherTypeHasAReason() {
    Decoded<Optional<Integer>> read =
        wire.readItem(wire.writeItem("seven"), wire.mapper().constructType(Integer.class));

    assertThat(read.reason()).isEqualTo(Reason.BAD_SHAPE);
    assertThat(read.detail()).contains("java.lang.Integer");
  }

  @Test
  void anItemThatIsTooLargeIsNotWritten() {
    assertThatThrownBy(() -> wire.writeItem("x".repeat(100_000)))
        .isInstanceOf(EncodingException.class)
        .hasMessageContaining("warren.max-message-bytes");
  }
}
