package dev.warren.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.wire.ControlRequest.ReplyTo;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ControlFormatTest {

  private final WireFormat wire = new WireFormat(1_000);

  @Test
  void aCommandThatWasWrittenIsReadAsItWas() {
    ControlRequest command =
        ControlRequest.toAll(
            "query_task", Map.of("ids", List.of("a", "b")), new ReplyTo("", "replies", "t-1"));

    ControlRequest read = read(wire.writeControl(command));

    assertThat(read.method()).isEqualTo("query_task");
    assertThat(WireFormat.strings(read.arguments().get("ids"))).containsExactly("a", "b");
    assertThat(read.replyTo()).isEqualTo(new ReplyTo("", "replies", "t-1"));
    assertThat(read.isFor("anybody")).isTrue();
  }

  @Test
  void aCommandCapturedFromCeleryIsRead() {
    ControlRequest read =
        read(
            request(
                "{\"method\": \"revoke\", \"arguments\": {\"task_id\": \"x\", \"terminate\": true,"
                    + " \"signal\": \"SIGTERM\"}, \"destination\": [\"celery@h\"],"
                    + " \"pattern\": null, \"matcher\": null}"));

    assertThat(read.method()).isEqualTo("revoke");
    assertThat(WireFormat.strings(read.arguments().get("task_id"))).containsExactly("x");
    assertThat(read.replyTo()).isNull();
    assertThat(read.isFor("celery@h")).isTrue();
    assertThat(read.isFor("another")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "x*, glob, x1, true",
    "x*, glob, ax1, false",
    "x?[0-9], glob, xa5, true",
    "x?[!0-9], glob, xa5, false",
    "x[1-2], pcre, x2@host, true",
    "x[1-2], pcre, ax2, false",
    "(a+)+$, pcre, aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab, false",
    "(, pcre, x, false",
    "x, unheard-of, x, false"
  })
  void aPatternTellsWhichWorkersAreMeant(
      String pattern, String matcher, String worker, boolean isMeant) {
    ControlRequest read =
        read(
            request(
                "{\"method\":\"ping\",\"pattern\":\"%s\",\"matcher\":\"%s\"}"
                    .formatted(pattern, matcher)));

    assertThat(read.isFor(worker)).isEqualTo(isMeant);
  }

  @Test
  void whoIsNamedIsMeantWhateverThePatternIs() {
    ControlRequest read =
        read(
            request(
                "{\"method\":\"ping\",\"destination\":[\"y\"],\"pattern\":\"x*\",\"matcher\":\"glob\"}"));

    assertThat(read.isFor("y")).isTrue();
    assertThat(read.isFor("x")).isFalse();
  }

  @Test
  void thousandsOfIdsFitWhateverTheLimitOfTasksIs() {
    List<String> ids = IntStream.range(0, 5_000).mapToObj(i -> "id-" + i).toList();

    WireMessage message =
        wire.writeControl(ControlRequest.toAll("revoke", Map.of("task_id", ids), null));

    assertThat(WireFormat.strings(read(message).arguments().get("task_id"))).isEqualTo(ids);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "7",
        "{}",
        "{\"method\":\"\",\"arguments\":{}}",
        "{\"method\":\"revoke\",\"arguments\":[]}",
        "{\"method\":\"revoke\",\"arguments\":{},\"destination\":{}}",
        "{\"method\":\"revoke\",\"arg"
      })
  void whatIsNoCommandIsRefusedWithAReason(String body) {
    Decoded<ControlRequest> decoded = wire.readControl(request(body));

    assertThat(decoded.value()).isNull();
    assertThat(decoded.detail()).isNotBlank();
  }

  @ParameterizedTest
  @ValueSource(strings = {"7", "{\"exchange\":7,\"routing_key\":\"q\"}", "{\"exchange\":\"\"}"})
  void aBadReplyAddressIsNone(String replyTo) {
    ControlRequest read =
        read(
            request(
                "{\"method\":\"ping\",\"arguments\":null,\"ticket\":\"t\",\"reply_to\":"
                    + replyTo
                    + "}"));

    assertThat(read.replyTo()).isNull();
  }

  @Test
  void anAnswerThatWasWrittenIsReadAsItWas() {
    WireMessage message =
        wire.writeControlReply(new ControlReply("t-1", "worker-1", Map.of("ok", "pong")));

    assertThat(WireFormat.isControlReply(message)).isTrue();
    ControlReply read = wire.readControlReply(message).value();
    assertThat(read).isNotNull();
    assertThat(read.ticket()).isEqualTo("t-1");
    assertThat(read.worker()).isEqualTo("worker-1");
    assertThat(((JsonNode) read.value()).path("ok").asString()).isEqualTo("pong");
  }

  @Test
  void aTasksReplyIsNoAnswer() {
    WireMessage reply =
        wire.writeReply(
            new ReplyMessage("id", TaskStatus.SUCCESS, 1, null, "w", 1, null, null), "id");

    assertThat(WireFormat.isControlReply(reply)).isFalse();
    assertThat(wire.readControlReply(reply).value()).isNull();
  }

  private ControlRequest read(WireMessage message) {
    @Nullable ControlRequest request = wire.readControl(message).value();
    assertThat(request).isNotNull();
    return request;
  }

  private static WireMessage request(String body) {
    return new WireMessage(
        "application/json", "utf-8", null, null, Map.of(), body.getBytes(StandardCharsets.UTF_8));
  }
}
