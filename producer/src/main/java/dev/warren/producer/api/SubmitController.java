package dev.warren.producer.api;

import dev.warren.WarrenSettings;
import dev.warren.producer.dispatch.Dispatched;
import dev.warren.producer.dispatch.NewTask;
import dev.warren.producer.dispatch.TaskDispatcher;
import dev.warren.producer.store.StoredTask;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;

/** Takes tasks. No call holds a thread while the broker decides. */
@RestController
final class SubmitController {

  private static final String UNKNOWN =
      "the task may run or not; if it has an id, ask for it before posting it again";

  /** The dispatcher keeps the deadline; this is for the case that it does not. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final InflightBytes inflight;
  private final RequestBody body;
  private final TaskReader reader;
  private final TaskDispatcher dispatcher;
  private final WarrenSettings settings;

  SubmitController(
      InflightBytes inflight,
      RequestBody body,
      TaskReader reader,
      TaskDispatcher dispatcher,
      WarrenSettings settings) {
    this.inflight = inflight;
    this.body = body;
    this.reader = reader;
    this.dispatcher = dispatcher;
    this.settings = settings;
  }

  /** Takes a task: 202 once the broker has confirmed it. */
  @PostMapping(
      path = TaskController.PATH,
      consumes = MediaType.APPLICATION_JSON_VALUE,
      produces = MediaType.APPLICATION_JSON_VALUE)
  DeferredResult<ResponseEntity<TaskView>> submit(HttpServletRequest request) {
    Parameters.requireOnly(request);
    DeferredResult<ResponseEntity<TaskView>> answer =
        new DeferredResult<>(settings.confirmTimeout().plus(GRACE).toMillis());
    answer.onTimeout(
        () -> answer.setErrorResult(new ProblemException(Problem.OUTCOME_UNKNOWN, UNKNOWN)));
    InflightBytes.Share memory = inflight.open();
    CompletableFuture<Dispatched> dispatched;
    try {
      NewTask task = reader.read(StrictJson.read(body.read(request, memory)));
      dispatched = dispatcher.dispatch(task);
    } catch (RuntimeException | Error e) {
      memory.close();
      throw e;
    }
    dispatched.whenComplete(
        (done, failure) -> {
          memory.close();
          answer(done, failure, answer);
        });
    return answer;
  }

  private void answer(
      @Nullable Dispatched dispatched,
      @Nullable Throwable failure,
      DeferredResult<ResponseEntity<TaskView>> answer) {
    if (dispatched != null) {
      answer(dispatched, answer);
    } else {
      Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
      answer.setErrorResult(Objects.requireNonNull(cause));
    }
  }

  private void answer(Dispatched dispatched, DeferredResult<ResponseEntity<TaskView>> answer) {
    StoredTask task = dispatched.task();
    switch (dispatched.outcome()) {
      case ACCEPTED ->
          answer.setResult(
              ResponseEntity.accepted()
                  .location(URI.create(TaskController.PATH + "/" + task.id()))
                  .cacheControl(CacheControl.noStore())
                  .body(TaskView.of(task)));
      case FULL -> answer.setErrorResult(full(task.queue()));
      case UNROUTABLE -> answer.setErrorResult(missing(task.queue()));
      case UNKNOWN -> answer.setErrorResult(undecided(task));
    }
  }

  private ProblemException full(String queue) {
    Integer maxLength = settings.queue(queue).maxLength();
    ProblemException full =
        new ProblemException(Problem.QUEUE_FULL, "the task was not accepted; try again later")
            .with("queue", queue)
            .retryAfter(ProblemAdvice.SOON);
    return maxLength == null ? full : full.with("maxLength", maxLength);
  }

  private static ProblemException missing(String queue) {
    return new ProblemException(Problem.NO_SUCH_QUEUE, "the task was not accepted; try again later")
        .with("queue", queue)
        .retryAfter(ProblemAdvice.SOON);
  }

  private static ProblemException undecided(StoredTask task) {
    return new ProblemException(Problem.OUTCOME_UNKNOWN, UNKNOWN).with("id", task.id());
  }
}
