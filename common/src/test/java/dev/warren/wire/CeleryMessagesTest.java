package dev.warren.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.wire.Decoded.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.DeflaterOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What Celery's clients send beyond one task in protocol 2. */
class CeleryMessagesTest {

  private static final int MOST_BYTES = 64 * 1024;

  private final WireFormat wire = new WireFormat(MOST_BYTES);

  // --- protocol 1 --------------------------------------------------------------------------------

  @Test
  void aMessageOfProtocolOneHasEverythingInItsBody() {
    String body =
        "{\"task\": \"t.add\", \"id\": \"i-1\", \"args\": [2, 3], \"kwargs\": {\"z\": 4},"
            + " \"retries\": 2, \"eta\": null, \"expires\": \"2030-01-01T00:00:00+00:00\","
            + " \"utc\": true, \"callbacks\": null, \"errbacks\": null, \"timelimit\": [9, 4],"
            + " \"taskset\": null, \"chord\": null}";

    TaskMessage task = task(message(Map.of(), "i-1", body.getBytes(StandardCharsets.UTF_8)));

    assertThat(task.task()).isEqualTo("t.add");
    assertThat(task.id()).isEqualTo("i-1");
    assertThat(task.args()).hasToString("[2, 3]");
    assertThat(task.kwargs()).hasToString("{z=4}");
    assertThat(task.retries()).isEqualTo(2);
    assertThat(task.expires()).isEqualTo(Instant.parse("2030-01-01T00:00:00Z"));
    assertThat(task.timeLimit()).isEqualTo(Duration.ofSeconds(9));
    assertThat(task.softTimeLimit()).isEqualTo(Duration.ofSeconds(4));
  }

  @Test
  void timesOfProtocolOneAreUtcIfTheyDoNotSay() {
    String body =
        "{\"task\": \"t\", \"id\": \"i\", \"args\": [], \"eta\": \"2030-01-01T12:00:00.25\"}";

    assertThat(task(message(Map.of(), "i", utf8(body))).eta())
        .isEqualTo(Instant.parse("2030-01-01T12:00:00.250Z"));
  }

  @Test
  void theHeadersOfAHybridGoBeforeItsBody() {
    String body = "{\"task\": \"old\", \"id\": \"old\", \"args\": [1], \"kwargs\": {}}";

    TaskMessage task = task(message(Map.of("task", "new", "id", "newer"), null, utf8(body)));

    assertThat(task.task()).isEqualTo("new");
    assertThat(task.id()).isEqualTo("newer");
    assertThat(task.args()).hasToString("[1]");
  }

  @Test
  void theIdOfProtocolOneIsItsCorrelationIdForThoseWhoDoNotReadTheBody() {
    assertThat(WireFormat.taskId(message(Map.of(), "i-1", utf8("{}")))).isEqualTo("i-1");
    assertThat(WireFormat.taskId(message(Map.of("task", "t"), "i-1", utf8("[]")))).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"task\": \"t\", \"args\": []}",
        "{\"id\": \"i\", \"args\": []}",
        "{\"task\": \"t\", \"id\": \"i\", \"args\": 3}",
        "{\"task\": \"t\", \"id\": \"i\", \"args\": [], \"kwargs\": []}",
        "{\"task\": \"t\", \"id\": \"i\", \"args\": [], \"eta\": \"soon\"}",
        "{\"task\": \"t\", \"id\": \"i\", \"args\": [], \"expires\": {}}",
        "{\"task\": \"t\", \"id\": \"i\", \"args\": [], \"timelimit\": [\"a\", 1]}",
        "{\"task\": [], \"id\": {}, \"args\": []}"
      })
  void whatIsNoTaskOfProtocolOneIsRefused(String body) {
    assertThat(wire.readTask(message(Map.of(), "i", utf8(body))).reason()).isNotNull();
  }

  // --- compression -------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"application/x-gzip", "gzip", "zlib"})
  void whatKombuCallsGzipIsZlib(String compression) throws IOException {
    WireMessage message =
        message(headers("compression", compression), "i", zlib(utf8("[[2, 2], {}, {}]")));

    assertThat(task(message).args()).hasToString("[2, 2]");
  }

  @Test
  void aBombIsGivenUpBeforeItIsExpanded() throws IOException {
    byte[] bomb = zlib(new byte[200 * MOST_BYTES]);
    assertThat(bomb.length).isLessThan(MOST_BYTES);

    assertThat(wire.readTask(message(headers("compression", "zlib"), "i", bomb)).reason())
        .isEqualTo(Reason.TOO_LARGE);
  }

  @Test
  void aBodyThatIsCutOffOrNotCompressedIsRefused() throws IOException {
    byte[] whole = zlib(utf8("[[2, 2], {}, {}]"));
    byte[] half = Arrays.copyOf(whole, whole.length / 2);

    for (byte[] body : List.of(half, new byte[0], utf8("[[], {}, {}]"))) {
      assertThat(wire.readTask(message(headers("compression", "zlib"), "i", body)).reason())
          .isEqualTo(Reason.UNSUPPORTED_ENCODING);
    }
  }

  @Test
  void anotherCompressionIsRefusedByName() {
    Decoded<TaskMessage> read =
        wire.readTask(message(headers("compression", "application/x-bz2"), "i", utf8("BZ")));

    assertThat(read.reason()).isEqualTo(Reason.UNSUPPORTED_ENCODING);
    assertThat(read.detail()).contains("application/x-bz2").contains("zlib");
  }

  // --- typed values ------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "datetime | \"2026-01-02T03:04:05+00:00\" | \"2026-01-02T03:04:05+00:00\"",
        "date | \"2026-01-02\" | \"2026-01-02\"",
        "decimal | \"1.50\" | 1.50",
        "uuid | {\"hex\": \"0123456789abcdef0123456789abcdef\"} | \"01234567-89ab-cdef-0123-456789abcdef\"",
        "bytes | \"hi\" | \"aGk=\"",
        "base64 | \"aGk=\" | \"aGk=\"",
        "decimal | \"x\" | {\"__type__\":\"decimal\",\"__value__\":\"x\"}",
        "new | 1 | {\"__type__\":\"new\",\"__value__\":1}"
      })
  void aTypedValueIsWhatJavaBinds(String type, String value, String wanted) {
    String typed = "{\"__type__\": \"" + type + "\", \"__value__\": " + value + "}";
    String body = "[[{\"deep\": [" + typed + "]}], {\"k\": " + typed + "}, {}]";

    TaskMessage task = task(message(headers("lang", "py"), "i", utf8(body)));

    assertThat(task.args()).hasToString("[{\"deep\":[" + wanted + "]}]");
    assertThat(String.valueOf(task.kwargs().get("k"))).isEqualTo(wanted);
  }

  // --- canvas ------------------------------------------------------------------------------------

  @Test
  void whatFollowsATaskIsRead() {
    String step = "{\"task\": \"t.%s\", \"args\": [1], \"options\": {\"task_id\": \"%s\"}}";
    String body =
        "[[], {}, {\"callbacks\": [%s], \"errbacks\": [%s], \"chain\": [%s, %s], \"chord\": null}]"
            .formatted(
                step.formatted("link", "l"),
                step.formatted("error", "e"),
                step.formatted("last", "2"),
                step.formatted("next", "1"));

    Canvas canvas = task(message(headers("root_id", "root"), "i", utf8(body))).canvas();

    assertThat(canvas.isFollowed()).isTrue();
    assertThat(canvas.rootId()).isEqualTo("root");
    assertThat(canvas.callbacks()).extracting(Signature::task).containsExactly("t.link");
    assertThat(canvas.errbacks()).extracting(Signature::task).containsExactly("t.error");
    assertThat(canvas.chain()).extracting(Signature::task).containsExactly("t.last", "t.next");
    assertThat(Step.of(canvas.chain().get(1)).id()).isEqualTo("1");
  }

  @Test
  void aTaskThatOthersFollowIsWrittenAsItIsRead() {
    Signature next =
        new Signature("next", List.of(1), Map.of(), Map.of("task_id", "n"), null, true);
    TaskMessage task =
        TaskMessage.of("i", "t", List.of(), Map.of()).in(Canvas.chain(List.of(next)));

    Canvas read = task(wire.writeTask(task)).canvas();

    JsonMapper json = wire.mapper();
    JsonNode written = json.valueToTree(read.chain().get(0));
    assertThat(written.toString())
        .isEqualTo(json.writeValueAsString(next))
        .isEqualTo(
            "{\"task\":\"next\",\"args\":[1],\"kwargs\":{},\"options\":{\"task_id\":\"n\"},"
                + "\"subtask_type\":null,\"immutable\":true}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"chord\": {\"task\": \"t\"}} | chord",
        "{\"chain\": [{\"task\": \"celery.chord\"}]} | celery.chord",
        "{\"callbacks\": [{\"task\": \"t\", \"options\": {\"exchange\": \"amq.topic\"}}]} | exchange",
        "{\"chain\": [{\"task\": \"t\"}, {\"task\": \"celery.group\", \"kwargs\": {\"tasks\": [{\"task\": \"t\"}]}}]} | group",
        "{\"callbacks\": [{\"task\": \"celery.chain\", \"kwargs\": {\"tasks\": [{\"task\": \"celery.group\", \"kwargs\": {\"tasks\": [{\"task\": \"t\"}]}}, {\"task\": \"t\"}]}}]} | group"
      })
  void whatCannotFollowIsRefusedByNameInsteadOfIgnored(String embed, String named) {
    Decoded<TaskMessage> read =
        wire.readTask(message(headers("lang", "py"), "i", utf8("[[], {}, " + embed + "]")));

    assertThat(read.reason()).isEqualTo(Reason.UNSUPPORTED_FEATURE);
    assertThat(read.detail()).contains(named);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "3",
        "{\"chain\": 3}",
        "{\"chain\": [3]}",
        "{\"chain\": [{}]}",
        "{\"callbacks\": [{\"task\": \"\"}]}",
        "{\"callbacks\": [{\"task\": \"t\", \"args\": {}}]}",
        "{\"callbacks\": [{\"task\": \"t\", \"kwargs\": []}]}",
        "{\"callbacks\": [{\"task\": \"t\", \"options\": [1]}]}",
        "{\"callbacks\": [{\"task\": \"t\", \"options\": {\"task_id\": 3}}]}",
        "{\"callbacks\": [{\"task\": \"t\", \"options\": {\"countdown\": \"soon\"}}]}",
        "{\"callbacks\": [{\"task\": \"t\", \"options\": {\"eta\": \"soon\"}}]}",
        "{\"callbacks\": [{\"task\": \"t\", \"options\": {\"link\": [{}]}}]}",
        "{\"callbacks\": [{\"task\": \"celery.group\", \"kwargs\": {}}]}",
        "{\"callbacks\": [{\"task\": \"celery.chain\", \"kwargs\": {\"tasks\": [{}]}}]}"
      })
  void whatIsNoCanvasIsRefusedBeforeItsTaskRuns(String embed) {
    assertThat(
            wire.readTask(message(headers("lang", "py"), "i", utf8("[[], {}, " + embed + "]")))
                .reason())
        .isEqualTo(Reason.BAD_SHAPE);
  }

  @Test
  void signaturesAreNestedToADepthOnly() {
    String nested = "{\"task\": \"t\"}";
    for (int i = 0; i < 17; i++) {
      nested = "{\"task\": \"t\", \"options\": {\"link\": [" + nested + "]}}";
    }
    String body = "[[], {}, {\"callbacks\": [" + nested + "]}]";

    assertThat(wire.readTask(message(headers("lang", "py"), "i", utf8(body))).reason())
        .isEqualTo(Reason.UNSUPPORTED_FEATURE);
  }

  // --- moments -----------------------------------------------------------------------------------

  /** Celery's own parser takes ".5" for five microseconds, and refuses nanoseconds. */
  @ParameterizedTest
  @CsvSource({
    "2026-01-02T03:04:05Z, 2026-01-02T03:04:05.000000+00:00",
    "2026-01-02T03:04:05.5Z, 2026-01-02T03:04:05.500000+00:00",
    "2026-01-02T03:04:05.944503145Z, 2026-01-02T03:04:05.944504+00:00",
    "2026-01-02T03:04:05.999999999Z, 2026-01-02T03:04:06.000000+00:00"
  })
  void momentsHaveMicrosecondsAndAreNotEarly(Instant moment, String written) {
    TaskMessage task =
        TaskMessage.of("i", "t", List.of(), Map.of()).notBefore(moment).expiringAt(moment);

    assertThat(wire.writeTask(task).headers())
        .containsEntry("eta", written)
        .containsEntry("expires", written);
  }

  private TaskMessage task(WireMessage message) {
    Decoded<TaskMessage> read = wire.readTask(message);
    assertThat(read.value()).as(String.valueOf(read.detail())).isNotNull();
    return read.value();
  }

  private static Map<String, @Nullable Object> headers(String name, Object value) {
    Map<String, @Nullable Object> headers = new HashMap<>();
    headers.put("task", "t");
    headers.put("id", "i");
    headers.put(name, value);
    return headers;
  }

  private static WireMessage message(
      Map<String, @Nullable Object> headers, @Nullable String correlationId, byte[] body) {
    return new WireMessage("application/json", "utf-8", correlationId, "replies", headers, body);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] zlib(byte[] body) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DeflaterOutputStream zlib = new DeflaterOutputStream(bytes)) {
      zlib.write(body);
    }
    return bytes.toByteArray();
  }
}
