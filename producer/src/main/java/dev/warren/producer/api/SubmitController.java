package dev.warren.producer.api;

import dev.warren.WarrenSettings;
import dev.warren.producer.dispatch.Failures;
import dev.warren.producer.dispatch.NewTask;
import dev.warren.producer.dispatch.NotAcceptedException;
import dev.warren.producer.dispatch.Submissions;
import dev.warren.producer.dispatch.Submitted;
import dev.warren.producer.store.Idempotency;
import dev.warren.producer.store.StoreUnavailableException;
import dev.warren.producer.store.StoredTask;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;

/** Takes tasks. No call holds a thread while database and broker decide. */
@RestController
@RequestMapping(path = TaskController.PATH, produces = MediaType.APPLICATION_JSON_VALUE)
final class SubmitController {

  static final String REPLAYED = "Idempotent-Replayed";

  /** {@link Submissions} keeps the deadlines; this is for the case that it does not. */
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final InflightBytes inflight;
  private final RequestBody body;
  private final TaskReader reader;
  private final TaskLookup tasks;
  private final Submissions submissions;
  private final WarrenSettings settings;

  SubmitController(
      InflightBytes inflight,
      RequestBody body,
      TaskReader reader,
      TaskLookup tasks,
      Submissions submissions,
      WarrenSettings settings) {
    this.inflight = inflight;
    this.body = body;
    this.reader = reader;
    this.tasks = tasks;
    this.submissions = submissions;
    this.settings = settings;
  }

  /** Takes a task: 202 once it is stored, and the broker has it or the relay will see to that. */
  @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
  DeferredResult<ResponseEntity<TaskView>> submit(HttpServletRequest request) {
    Parameters.requireOnly(request);
    InflightBytes.Share memory = inflight.open();
    try {
      byte[] bytes = body.read(request, memory);
      Idempotency idempotency = IdempotencyKey.of(request, bytes);
      NewTask task = reader.read(StrictJson.read(bytes));
      CompletableFuture<Submitted> submitted = submissions.submit(task, idempotency);
      submitted.whenComplete((done, failure) -> memory.close());
      return answer(task.queue(), submitted);
    } catch (RuntimeException | Error e) {
      memory.close();
      throw e;
    }
  }

  /** Submits a finished task's call once more, as a new task: its own state never changes. */
  @PostMapping("/{id}/retry")
  DeferredResult<ResponseEntity<TaskView>> retry(
      @PathVariable String id, HttpServletRequest request) {
    Parameters.requireOnly(request);
    UUID task = Parameters.id(id);
    Idempotency idempotency = IdempotencyKey.of(request, new byte[0]);
    StoredTask earlier = tasks.find(task);
    if (earlier.part() != null) {
      throw new ProblemException(
              Problem.PART_OF_GROUP, "a part of a group cannot run again by itself; post its items")
          .with("group", earlier.part().group());
    }
    if (!earlier.state().isFinished()) {
      throw new ProblemException(
              Problem.NOT_TERMINAL, "only a task that has finished can be run again")
          .with("state", earlier.state());
    }
    return answer(
        earlier.queue(),
        submissions
            .again(earlier, idempotency)
            .thenApply(
                again -> {
                  if (again == null) {
                    throw TaskLookup.unknown(task);
                  }
                  return again;
                }));
  }

  private DeferredResult<ResponseEntity<TaskView>> answer(
      String queue, CompletableFuture<Submitted> submitted) {
    DeferredResult<ResponseEntity<TaskView>> answer = new DeferredResult<>(LIMIT.toMillis());
    answer.onTimeout(() -> answer.setErrorResult(ProblemAdvice.outcomeUnknown()));
    submitted.whenComplete(
        (done, failure) -> {
          if (done == null) {
            answer.setErrorResult(problem(queue, failure));
          } else {
            answer.setResult(accepted(done));
          }
        });
    return answer;
  }

  private static ResponseEntity<TaskView> accepted(Submitted submitted) {
    StoredTask task = submitted.task();
    ResponseEntity.BodyBuilder answer =
        ResponseEntity.accepted().location(URI.create(TaskController.PATH + "/" + task.id()));
    if (submitted.repeated()) {
      answer.header(REPLAYED, "true");
    }
    return answer.body(TaskView.of(task));
  }

  private ProblemException problem(String queue, @Nullable Throwable failure) {
    Throwable cause = Failures.cause(failure);
    if (cause instanceof StoreUnavailableException unavailable && !unavailable.isCertain()) {
      return ProblemAdvice.outcomeUnknown();
    }
    ProblemException problem =
        cause == null ? ProblemAdvice.internal(failure) : ProblemAdvice.problem(cause);
    if (cause instanceof NotAcceptedException refused) {
      switch (refused.reason()) {
        case QUEUE_FULL -> full(queue, problem);
        case NO_SUCH_QUEUE -> problem.with("queue", queue);
        default -> {}
      }
    }
    return problem;
  }

  private void full(String queue, ProblemException problem) {
    problem.with("queue", queue);
    Integer maxLength =
        settings.queues().containsKey(queue) ? settings.queue(queue).maxLength() : null;
    if (maxLength != null) {
      problem.with("maxLength", maxLength);
    }
  }
}
