package dev.warren.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReplyBundleTest {

  private final WireFormat wire = new WireFormat(1024 * 1024);

  @Test
  void repliesAreReadAsTheyWereWritten() {
    List<WireMessage> replies =
        List.of(reply("a", "one\ntwo"), reply("b", Map.of("k", List.of(1))));

    WireMessage bundle = ReplyBundle.of(replies);

    assertThat(ReplyBundle.is(bundle)).isTrue();
    assertThat(ReplyBundle.read(bundle))
        .usingRecursiveComparison()
        .ignoringFields("contentEncoding")
        .isEqualTo(replies);
  }

  @Test
  void oneThatCannotBeReadDoesNotTouchItsNeighbours() {
    WireMessage bundle =
        ReplyBundle.of(
            List.of(reply("a", 1), message("b", "[".repeat(500)), message("c", ""), reply("d", 4)));

    List<Decoded<ReplyMessage>> read =
        ReplyBundle.read(bundle).stream().map(wire::readReply).toList();

    assertThat(read)
        .extracting(one -> one.value() != null)
        .containsExactly(true, false, false, true);
    assertThat(ReplyBundle.read(bundle))
        .extracting(WireMessage::correlationId)
        .containsExactly("a", "b", "c", "d");
  }

  @Test
  void aLineWithoutAnIdOrAnEndIsOneThatCannotBeRead() {
    for (String body : List.of("\n", " \n", "x", "x \n", "\n\n{", " {}")) {
      WireMessage bundle = bundle(body);

      assertThat(ReplyBundle.read(bundle)).isNotEmpty();
      assertThat(ReplyBundle.read(bundle))
          .allSatisfy(one -> assertThat(wire.readReply(one).value()).isNull());
    }
  }

  @Test
  void whatWouldBreakALineGoesAlone() {
    assertThat(ReplyBundle.canHold(message("a", "{\n}"))).isFalse();
    assertThat(ReplyBundle.canHold(message("a b", "{}"))).isFalse();
    assertThat(ReplyBundle.canHold(message("a\nb", "{}"))).isFalse();
    assertThat(ReplyBundle.canHold(message(null, "{}"))).isFalse();
    assertThat(ReplyBundle.canHold(message("a", "{}"))).isTrue();
  }

  private WireMessage reply(String id, Object value) {
    return wire.writeReply(
        new ReplyMessage(id, TaskStatus.SUCCESS, value, null, "worker", 1, null, null), id);
  }

  private static WireMessage message(@Nullable String id, String body) {
    return new WireMessage(
        "application/json", "utf-8", id, null, Map.of(), body.getBytes(StandardCharsets.UTF_8));
  }

  private static WireMessage bundle(String body) {
    return new WireMessage(
        "application/x-warren-replies",
        null,
        null,
        null,
        Map.of(),
        body.getBytes(StandardCharsets.UTF_8));
  }
}
