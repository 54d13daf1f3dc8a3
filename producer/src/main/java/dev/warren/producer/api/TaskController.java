package dev.warren.producer.api;

import dev.warren.producer.ProducerProperties;
import dev.warren.producer.dispatch.Waiters;
import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskStore;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;

/** Tells what became of tasks. No call holds a thread while it waits. */
@RestController
final class TaskController {

  static final String PATH = "/api/v1/tasks";

  /** {@link Waiters} keeps the deadline; this is for the case that it does not. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final TaskStore store;
  private final Waiters waiters;
  private final Duration maxWait;

  TaskController(TaskStore store, Waiters waiters, ProducerProperties properties) {
    this.store = store;
    this.waiters = waiters;
    this.maxWait = properties.maxWait();
  }

  /** Tells of a task; with {@code wait}, once it has finished or the time is over. */
  @GetMapping(path = PATH + "/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
  DeferredResult<ResponseEntity<TaskView>> get(
      @PathVariable String id, HttpServletRequest request) {
    Parameters.requireOnly(request, "wait");
    UUID task = Parameters.id(id);
    Duration wait = Parameters.wait(request.getParameter("wait"), maxWait);
    StoredTask found = store.find(task).orElseThrow(() -> unknown(task));
    DeferredResult<ResponseEntity<TaskView>> answer =
        new DeferredResult<>(wait.plus(GRACE).toMillis());
    if (wait.isZero() || found.state().isFinished()) {
      answer.setResult(ok(found));
    } else {
      await(task, wait, answer);
    }
    return answer;
  }

  private void await(UUID task, Duration wait, DeferredResult<ResponseEntity<TaskView>> answer) {
    Runnable leave =
        waiters.join(
            task,
            wait,
            new Waiters.Waiter() {
              @Override
              public void onFinished(StoredTask finished) {
                answer.setResult(ok(finished));
              }

              @Override
              public void onUnfinished() {
                answerNow(task, answer);
              }
            });
    answer.onTimeout(() -> answerNow(task, answer));
    answer.onCompletion(leave);
    store
        .find(task)
        .filter(now -> now.state().isFinished())
        .ifPresent(
            finished -> {
              leave.run();
              answer.setResult(ok(finished));
            });
  }

  private void answerNow(UUID task, DeferredResult<ResponseEntity<TaskView>> answer) {
    Optional<StoredTask> now = store.find(task);
    if (now.isPresent()) {
      answer.setResult(ok(now.get()));
    } else {
      answer.setErrorResult(unknown(task));
    }
  }

  private static ResponseEntity<TaskView> ok(StoredTask task) {
    return ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(TaskView.of(task));
  }

  private static ProblemException unknown(UUID id) {
    return new ProblemException(
            Problem.TASK_NOT_FOUND, "no task has this id, or it finished too long ago")
        .with("id", id);
  }
}
