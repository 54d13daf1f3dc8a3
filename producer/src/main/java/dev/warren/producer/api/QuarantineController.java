package dev.warren.producer.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import dev.warren.WarrenException.BrokerUnavailableException;
import dev.warren.rabbit.Broker;
import dev.warren.rabbit.DeadLetter;
import dev.warren.rabbit.DeadLetters;
import dev.warren.wire.OneLine;
import jakarta.servlet.http.HttpServletRequest;
import java.security.Principal;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Shows what lies in the quarantine of a queue, and lets an operator requeue or drop it. Blocks for
 * the broker; one call at a time is at a queue's quarantine.
 */
@RestController
@RequestMapping(
    path = QueueController.PATH + "/{name}/quarantine",
    produces = MediaType.APPLICATION_JSON_VALUE)
final class QuarantineController {

  private static final int BRIEF = 4 * 1024;
  private static final int WHOLE = 1024 * 1024;
  private static final int MANY = 1000;
  private static final Pattern KEY = Pattern.compile("[0-9a-f]{32}");
  private static final Logger log = LoggerFactory.getLogger(QuarantineController.class);

  private final Broker broker;
  private final DeadLetters quarantine;

  QuarantineController(Broker broker) {
    this.broker = broker;
    this.quarantine = new DeadLetters(broker);
  }

  /** The oldest messages of a quarantine. */
  record QuarantineListView(String queue, List<QuarantineView> messages) {}

  /**
   * What was done.
   *
   * @param requeued how many messages are in {@code <queue>.due} now
   * @param dropped how many are gone
   * @param left how many are still in quarantine
   */
  @JsonInclude(Include.NON_NULL)
  record DoneView(@Nullable Integer requeued, @Nullable Integer dropped, @Nullable Long left) {}

  /** The oldest messages, the oldest one first; takes nothing away. */
  @GetMapping
  ResponseEntity<QuarantineListView> list(@PathVariable String name, HttpServletRequest request) {
    Parameters.requireOnly(request, "limit");
    int limit = Parameters.limit(request.getParameter("limit"));
    List<DeadLetter> letters = at(name, () -> quarantine.list(name, limit, BRIEF));
    return ResponseEntity.ok(
        new QuarantineListView(name, letters.stream().map(QuarantineView::brief).toList()));
  }

  /** One message, with its headers and its body. */
  @GetMapping("/{key}")
  ResponseEntity<QuarantineView> one(
      @PathVariable String name, @PathVariable String key, HttpServletRequest request) {
    Parameters.requireOnly(request);
    DeadLetter found =
        isKey(key)
            ? this.<@Nullable DeadLetter>at(name, () -> quarantine.find(name, key, WHOLE))
            : null;
    if (found == null) {
      throw missing(key);
    }
    return ResponseEntity.ok(QuarantineView.whole(found));
  }

  /** Gives a message back to the workers, ahead of new ones, as it was before it came here. */
  @PostMapping("/{key}/requeue")
  ResponseEntity<DoneView> requeue(
      @PathVariable String name, @PathVariable String key, HttpServletRequest request) {
    Parameters.requireOnly(request);
    if (!isKey(key) || !at(name, () -> quarantine.requeue(name, key))) {
      throw missing(key);
    }
    note(request, "requeued", 1, name);
    return ResponseEntity.ok(new DoneView(1, null, null));
  }

  /** Removes a message for good. */
  @DeleteMapping("/{key}")
  ResponseEntity<DoneView> drop(
      @PathVariable String name, @PathVariable String key, HttpServletRequest request) {
    Parameters.requireOnly(request);
    if (!isKey(key) || !at(name, () -> quarantine.drop(name, key))) {
      throw missing(key);
    }
    note(request, "dropped", 1, name);
    return ResponseEntity.ok(new DoneView(null, 1, null));
  }

  /** Gives the oldest messages back, of those that are there now. */
  @PostMapping("/requeue")
  ResponseEntity<DoneView> requeueAll(@PathVariable String name, HttpServletRequest request) {
    int limit = many(request);
    DeadLetters.Moved moved = at(name, () -> quarantine.requeueAll(name, limit));
    note(request, "requeued", moved.messages(), name);
    if (moved.failure() != null) {
      throw ProblemAdvice.problem(moved.failure())
          .with("requeued", moved.messages())
          .with("left", moved.left());
    }
    return ResponseEntity.ok(new DoneView(moved.messages(), null, moved.left()));
  }

  /** Removes the oldest messages for good. */
  @DeleteMapping
  ResponseEntity<DoneView> dropAll(@PathVariable String name, HttpServletRequest request) {
    int limit = many(request);
    DeadLetters.Moved moved = at(name, () -> quarantine.dropAll(name, limit));
    note(request, "dropped", moved.messages(), name);
    return ResponseEntity.ok(new DoneView(null, moved.messages(), moved.left()));
  }

  private static int many(HttpServletRequest request) {
    Parameters.requireOnly(request, "limit");
    String limit = request.getParameter("limit");
    return limit == null ? MANY : Parameters.limit(limit);
  }

  private <T extends @Nullable Object> T at(String queue, Supplier<T> call) {
    QueueController.requireKnown(broker, queue);
    if (broker.state() == Broker.State.DOWN) {
      throw new BrokerUnavailableException("the broker is not connected", (Throwable) null);
    }
    try {
      return call.get();
    } catch (DeadLetters.BusyException e) {
      throw new ProblemException(Problem.QUARANTINE_BUSY, String.valueOf(e.getMessage()))
          .retryAfter(ProblemAdvice.SOON);
    }
  }

  private static boolean isKey(String key) {
    return KEY.matcher(key).matches();
  }

  private static ProblemException missing(String key) {
    return new ProblemException(
            Problem.MESSAGE_NOT_FOUND,
            "no message of this key is among the first %d, or somebody else is looking at it"
                .formatted(DeadLetters.MOST))
        .with("key", isKey(key) ? key : "");
  }

  /** What an operator does is to be found in the log. */
  private static void note(HttpServletRequest request, String done, int messages, String queue) {
    Principal caller = request.getUserPrincipal();
    log.info(
        "{} messages of the quarantine of '{}' were {} by {}",
        messages,
        queue,
        done,
        caller == null ? "a caller without a name" : OneLine.of(caller.getName()));
  }
}
