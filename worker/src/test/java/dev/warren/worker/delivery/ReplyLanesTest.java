package dev.warren.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.rabbit.PublishOutcome;
import dev.warren.wire.ReplyBundle;
import dev.warren.wire.WireMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReplyLanesTest {

  private record Published(
      String queue, WireMessage message, CompletableFuture<PublishOutcome> outcome) {

    List<String> ids() {
      return ReplyBundle.is(message)
          ? ReplyBundle.read(message).stream().map(WireMessage::correlationId).toList()
          : List.of(String.valueOf(message.correlationId()));
    }
  }

  private final List<Published> published = new ArrayList<>();
  private final ReplyLanes lanes =
      new ReplyLanes(
          (queue, message) -> {
            Published one = new Published(queue, message, new CompletableFuture<>());
            published.add(one);
            return one.outcome();
          });

  @Test
  void aReplyAloneGoesAtOnceAndAsItIs() {
    WireMessage reply = reply("a");

    lanes.publish("q", reply);

    assertThat(published).extracting(Published::message).containsExactly(reply);
  }

  @Test
  void aFailureToPublishHoldsUpNoneThatComesAfter() {
    List<String> calls = new ArrayList<>();
    ReplyLanes failing =
        new ReplyLanes(
            (queue, message) -> {
              calls.add(String.valueOf(message.correlationId()));
              throw new OutOfMemoryError("test");
            });

    CompletableFuture<PublishOutcome> first = failing.publish("q", reply("a"));
    CompletableFuture<PublishOutcome> second = failing.publish("q", reply("b"));

    assertThat(first).isCompletedExceptionally();
    assertThat(second).isCompletedExceptionally();
    assertThat(calls).containsExactly("a", "b");
  }

  @Test
  void aFewGoAtOnce() {
    fill("q");

    assertThat(published).hasSize(ReplyLanes.AT_ONCE).allMatch(one -> one.ids().size() == 1);
  }

  @Test
  void thoseThatBecomeReadyMeanwhileGoTogetherAfterAConfirm() {
    fill("q");
    lanes.publish("q", reply("b"));
    lanes.publish("q", reply("c"));
    assertThat(published).hasSize(ReplyLanes.AT_ONCE);

    published.get(1).outcome().complete(PublishOutcome.ACCEPTED);

    assertThat(last().ids()).containsExactly("b", "c");
  }

  @Test
  void whatComesWhileManyAreOnTheirWayWaitsForThem() {
    fill("q");
    IntStream.range(0, 50).forEach(i -> lanes.publish("q", reply("b" + i)));
    confirm(0, ReplyLanes.AT_ONCE);

    lanes.publish("q", reply("c"));
    lanes.publish("q", reply("d"));
    assertThat(last().ids()).hasSize(50);
    last().outcome().complete(PublishOutcome.ACCEPTED);

    assertThat(last().ids()).containsExactly("c", "d");
  }

  @Test
  void noneIsSettledBeforeItsOwnMessageIs() {
    CompletableFuture<PublishOutcome> first = lanes.publish("q", reply("a"));
    fill("q");
    CompletableFuture<PublishOutcome> second = lanes.publish("q", reply("b"));

    published.get(0).outcome().complete(PublishOutcome.ACCEPTED);
    assertThat(first).isCompletedWithValue(PublishOutcome.ACCEPTED);
    assertThat(second).isNotDone();

    last().outcome().complete(PublishOutcome.UNKNOWN);
    assertThat(second).isCompletedWithValue(PublishOutcome.UNKNOWN);
  }

  @Test
  void aMessageThatCannotBeSentFailsItsRepliesAndHoldsUpNoOthers() {
    CompletableFuture<PublishOutcome> first = lanes.publish("q", reply("a"));
    fill("q");
    CompletableFuture<PublishOutcome> second = lanes.publish("q", reply("b"));

    published.get(0).outcome().completeExceptionally(new IllegalStateException("away"));

    assertThat(first).isCompletedExceptionally();
    last().outcome().complete(PublishOutcome.ACCEPTED);
    assertThat(second).isCompletedWithValue(PublishOutcome.ACCEPTED);
  }

  @Test
  void callersDoNotWaitForEachOther() {
    fill("q");
    lanes.publish("q", reply("a"));
    lanes.publish("other", reply("b"));

    assertThat(last().queue()).isEqualTo("other");
  }

  @Test
  void whatIsLargeOrWouldBreakALineGoesAlone() {
    fill("q");
    lanes.publish("q", message("b", "x".repeat(100_000)));
    lanes.publish("q", message("c", "{\n}"));

    assertThat(published).hasSize(ReplyLanes.AT_ONCE + 2);
  }

  @Test
  void aMessageHasABoundedNumberOfReplies() {
    fill("q");
    IntStream.range(0, 250).forEach(i -> lanes.publish("q", reply("r" + i)));

    for (int i = 0; i < published.size(); i++) {
      published.get(i).outcome().complete(PublishOutcome.ACCEPTED);
    }

    assertThat(published.subList(ReplyLanes.AT_ONCE, published.size()))
        .extracting(one -> one.ids().size())
        .containsExactly(100, 100, 50);
  }

  /** As many as go at once, and are on their way then with those before. */
  private void fill(String queue) {
    IntStream.range(0, ReplyLanes.AT_ONCE).forEach(i -> lanes.publish(queue, reply("f" + i)));
  }

  private Published last() {
    return published.get(published.size() - 1);
  }

  private void confirm(int from, int to) {
    published.subList(from, to).stream()
        .map(Published::outcome)
        .toList() // more are published meanwhile
        .forEach(outcome -> outcome.complete(PublishOutcome.ACCEPTED));
  }

  private static WireMessage reply(String id) {
    return message(id, "{}");
  }

  private static WireMessage message(String id, String body) {
    return new WireMessage(
        "application/json", "utf-8", id, null, Map.of(), body.getBytes(StandardCharsets.UTF_8));
  }
}
