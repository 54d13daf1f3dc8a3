package dev.warren.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonCreator;
import dev.warren.Callbacks;
import dev.warren.WarrenException.EncodingException;
import dev.warren.WarrenException.TaskFailedException;
import dev.warren.WarrenException.TaskRevokedException;
import dev.warren.wire.PlainValues;
import dev.warren.wire.ReplyMessage;
import dev.warren.wire.TaskError;
import dev.warren.wire.TaskStatus;
import dev.warren.wire.WireFormat;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class PendingResultTest {

  private final JsonMapper mapper = new WireFormat(10_000).mapper();
  @AutoClose private final CallbackRunner runner = new CallbackRunner(Duration.ofSeconds(10));

  @Test
  void theFirstTerminalReplyIsTheResultForGood() throws Exception {
    PendingResult<Integer> handle = handle(Integer.class);
    handle.onReply(reply(TaskStatus.STARTED, null, null));
    assertThat(handle.isReady()).isFalse();

    handle.onReply(reply(TaskStatus.SUCCESS, "4", null));
    handle.onReply(reply(TaskStatus.FAILURE, null, new TaskError("Late", "late", null)));

    assertThat(handle.get()).isEqualTo(4);
    assertThat(handle.get()).isEqualTo(4);
    assertThat(handle.isSuccessful()).isTrue();
    assertThat(handle.acceptance()).isCompleted();
  }

  @Test
  void aFailureHasTheRemoteTypeMessageAndTrace() {
    PendingResult<Integer> handle = handle(Integer.class);

    handle.onReply(reply(TaskStatus.FAILURE, null, new TaskError("ValueError", "bad", "at x")));

    assertThatThrownBy(handle::get)
        .isInstanceOfSatisfying(
            TaskFailedException.class,
            e -> {
              assertThat(e.remoteType()).isEqualTo("ValueError");
              assertThat(e.remoteMessage()).isEqualTo("bad");
              assertThat(e).hasStackTraceContaining("at x");
            });
    assertThat(handle.isSuccessful()).isFalse();
  }

  @Test
  void aTaskThatExpiredWasRevoked() {
    PendingResult<Integer> handle = handle(Integer.class);

    handle.onReply(reply(TaskStatus.REVOKED, null, new TaskError("x", "expired", null)));

    assertThatThrownBy(handle::get)
        .isInstanceOf(TaskRevokedException.class)
        .hasMessageContaining("expired");
  }

  static final class Picky {
    @JsonCreator
    static Picky of(String text) {
      throw new AssertionError("a creator may throw anything: " + text);
    }
  }

  @Test
  void aResultThatDoesNotFitItsTypeCompletesTheHandleWhateverBindingThrows() {
    PendingResult<Integer> number = handle(Integer.class);
    number.onReply(reply(TaskStatus.SUCCESS, "\"text\"", null));
    assertThatThrownBy(number::get).isInstanceOf(EncodingException.class);

    PendingResult<Picky> picky = handle(Picky.class);
    picky.onReply(reply(TaskStatus.SUCCESS, "\"text\"", null));
    assertThatThrownBy(picky::get).isInstanceOf(EncodingException.class);
  }

  @Test
  void valuesOfAFailedChunkThatDoNotFitAreNoneWhateverBindingThrows() {
    PendingResult<Picky> chunk = handle(Picky.class);

    chunk.onReply(reply(TaskStatus.FAILURE, "\"text\"", new TaskError("ValueError", "bad", "")));

    assertThat(chunk.partial()).isNull();
  }

  @Test
  void aWaitThatEndsSaysWhatIsKnownAndLaterThereMayBeAResult() throws Exception {
    PendingResult<Integer> handle = handle(Integer.class);
    handle.onReply(reply(TaskStatus.RETRY, null, new TaskError("NotRegistered", "who?", null)));

    assertThatThrownBy(() -> handle.get(Duration.ZERO))
        .isInstanceOf(TimeoutException.class)
        .hasMessageContaining("NotRegistered");
    assertThatThrownBy(() -> handle.get(Duration.ofSeconds(-1)))
        .isInstanceOf(TimeoutException.class);

    handle.onReply(reply(TaskStatus.SUCCESS, "1", null));
    assertThat(handle.get(Duration.ZERO)).isEqualTo(1);
  }

  @Test
  void whetherItSucceededCannotBeAskedBefore() {
    assertThatThrownBy(handle(Integer.class)::isSuccessful)
        .isInstanceOf(IllegalStateException.class);
  }

  private <R> PendingResult<R> handle(Class<R> type) {
    return new PendingResult<>(
        "id",
        "task",
        mapper.constructType(type),
        mapper,
        new PlainValues(mapper),
        Callbacks.none(),
        runner,
        ids -> {});
  }

  private ReplyMessage reply(TaskStatus status, @Nullable String json, @Nullable TaskError error) {
    Object result = json == null ? null : mapper.readTree(json);
    return new ReplyMessage("id", status, result, error, "w", 1, null, null);
  }
}
