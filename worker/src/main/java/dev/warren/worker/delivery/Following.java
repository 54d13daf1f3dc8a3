package dev.warren.worker.delivery;

import dev.warren.wire.Canvas;
import dev.warren.wire.Decoded;
import dev.warren.wire.Signature;
import dev.warren.wire.Step;
import dev.warren.wire.TaskMessage;
import dev.warren.wire.WireFormat;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The tasks that follow one which has ended, made from the signatures in its message as Celery's
 * workers make them. A task that was given no id gets one that is the same each time, because the
 * task before it may run twice.
 *
 * @see <a href="https://github.com/celery/celery/blob/main/celery/app/trace.py">trace.py</a>
 */
final class Following {

  /**
   * A task to be sent.
   *
   * @param queue where to
   */
  record Sending(String queue, TaskMessage task) {}

  private final TaskMessage ended;
  private final String itsQueue;
  private final Instant now;
  private final List<Sending> sendings = new ArrayList<>();

  /**
   * @param itsQueue the task queue that it came from, where what follows goes unless it says
   *     otherwise
   */
  Following(TaskMessage ended, String itsQueue, Instant now) {
    this.ended = ended;
    this.itsQueue = itsQueue;
    this.now = now;
  }

  /** What follows when the task has returned a value: its callbacks, and the next of its chain. */
  List<Sending> afterSuccess(@Nullable Object value) {
    List<@Nullable Object> leading = Arrays.asList(value);
    addAll(ended.canvas().callbacks(), leading, "callback");
    List<Signature> chain = ended.canvas().chain();
    if (!chain.isEmpty()) {
      int last = chain.size() - 1;
      add(chain.get(last), leading, chain.subList(0, last), "chain");
    }
    return sendings;
  }

  /** What follows when the task has failed. */
  List<Sending> afterFailure() {
    addAll(ended.canvas().errbacks(), List.of(ended.id()), "errback");
    return sendings;
  }

  /** The steps of its chain that will never run. */
  List<Step> neverRun() {
    return neverRun(ended.canvas().chain());
  }

  private static List<Step> neverRun(List<Signature> signatures) {
    return signatures.stream()
        .flatMap(
            signature ->
                signature.isGroup() || signature.isChain()
                    ? neverRun(members(signature)).stream()
                    : List.of(Step.of(signature)).stream())
        .toList();
  }

  private void addAll(
      List<Signature> signatures, List<? extends @Nullable Object> leading, String place) {
    for (int i = 0; i < signatures.size(); i++) {
      add(signatures.get(i), leading, List.of(), place + '/' + i);
    }
  }

  /**
   * @param leading arguments that go before its own
   * @param chain what follows it, the next one last
   */
  private void add(
      Signature signature,
      List<? extends @Nullable Object> leading,
      List<Signature> chain,
      String place) {
    if (signature.isGroup()) {
      addAll(members(signature), leading, place);
    } else if (signature.isChain()) {
      List<Signature> steps = members(signature);
      List<Signature> rest = new ArrayList<>(chain);
      for (int i = steps.size() - 1; i > 0; i--) {
        rest.add(steps.get(i));
      }
      add(steps.get(0), leading, rest, place + "/0");
    } else {
      addTask(signature, leading, chain, place);
    }
  }

  private void addTask(
      Signature signature,
      List<? extends @Nullable Object> leading,
      List<Signature> chain,
      String place) {
    Step step = Step.of(signature);
    List<@Nullable Object> args = new ArrayList<>();
    if (!signature.immutable()) {
      args.addAll(leading);
    }
    args.addAll(signature.args());
    Canvas before = ended.canvas();
    TaskMessage task =
        TaskMessage.of(
                step.id() == null ? id(place) : step.id(),
                signature.task(),
                args,
                signature.kwargs())
            .notBefore(moment(step.eta(), step.countdown()))
            .expiringAt(moment(step.expires(), step.expiresIn()))
            .softlyLimitedTo(step.softTimeLimit())
            .limitedTo(step.timeLimit())
            .withPriority(step.priority() == null ? ended.priority() : step.priority())
            .in(
                new Canvas(
                    before.rootId() == null ? ended.id() : before.rootId(),
                    ended.id(),
                    step.group(),
                    step.groupIndex(),
                    step.callbacks(),
                    step.errbacks(),
                    chain));
    if (step.replyTo() != null && !step.ignoreResult()) {
      task = task.replyingTo(step.replyTo());
    }
    sendings.add(new Sending(step.queue() == null ? itsQueue : step.queue(), task));
  }

  private String id(String place) {
    String seed = ended.id() + '/' + place;
    return UUID.nameUUIDFromBytes(seed.getBytes(StandardCharsets.UTF_8)).toString();
  }

  private @Nullable Instant moment(@Nullable Instant moment, @Nullable Duration fromNow) {
    return fromNow == null ? moment : now.plus(fromNow);
  }

  private static List<Signature> members(Signature signature) {
    List<Signature> members = new ArrayList<>();
    if (signature.kwargs().get("tasks") instanceof JsonNode tasks) {
      for (JsonNode task : tasks) {
        Decoded<Signature> read = WireFormat.readSignature(task);
        if (read.value() == null) {
          throw new IllegalStateException(read.detail()); // it was read once before
        }
        members.add(read.value());
      }
    }
    return members;
  }
}
