package dev.warren.producer.api;

import dev.warren.producer.FailPoint;
import dev.warren.producer.ProducerProperties;
import dev.warren.producer.dispatch.Waiters;
import dev.warren.producer.dispatch.Waiters.TooManyWaitersException;
import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskStore;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;

/** Tells what became of tasks. No call holds a thread while it waits. */
@RestController
@RequestMapping(path = TaskController.PATH, produces = MediaType.APPLICATION_JSON_VALUE)
final class TaskController {

  static final String PATH = "/api/v1/tasks";

  /** {@link Waiters} keeps the deadline; this is for the case that it does not. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final TaskStore store;
  private final Reads reads;
  private final TaskLookup tasks;
  private final Waiters waiters;
  private final Duration maxWait;

  TaskController(
      TaskStore store,
      Reads reads,
      TaskLookup tasks,
      Waiters waiters,
      ProducerProperties properties) {
    this.store = store;
    this.reads = reads;
    this.tasks = tasks;
    this.waiters = waiters;
    this.maxWait = properties.maxWait();
  }

  /** Tells of a task; with {@code wait}, once it has finished or the time is over. */
  @GetMapping("/{id}")
  DeferredResult<ResponseEntity<TaskView>> get(
      @PathVariable String id, HttpServletRequest request) {
    Parameters.requireOnly(request, "wait");
    UUID task = Parameters.id(id);
    Duration wait = Parameters.wait(request.getParameter("wait"), maxWait);
    DeferredResult<ResponseEntity<TaskView>> answer =
        new DeferredResult<>(wait.plus(GRACE).toMillis());
    if (wait.isZero()) {
      answer.setResult(ok(tasks.find(task)));
    } else {
      await(task, wait, answer);
    }
    return answer;
  }

  /** Tells of a task's executions, the first one first. */
  @GetMapping("/{id}/attempts")
  ResponseEntity<AttemptsView> attempts(@PathVariable String id, HttpServletRequest request) {
    Parameters.requireOnly(request);
    StoredTask task = tasks.find(Parameters.id(id));
    return ResponseEntity.ok(AttemptsView.of(reads.call(() -> store.attempts(task))));
  }

  /** Joins before it reads, so that nothing that happens between the two is missed. */
  private void await(UUID task, Duration wait, DeferredResult<ResponseEntity<TaskView>> answer) {
    LongPoll poll = new LongPoll(answer);
    Waiters.Place place;
    try {
      place = waiters.join(task, wait, poll);
    } catch (TooManyWaitersException e) {
      StoredTask found = tasks.find(task);
      if (!found.state().isFinished()) {
        throw e;
      }
      answer.setResult(ok(found));
      return;
    }
    answer.onTimeout(poll::onEnd);
    answer.onCompletion(place::leave);
    try {
      poll.onRead(tasks.find(task));
    } catch (RuntimeException | Error e) {
      place.leave();
      throw e;
    }
  }

  private static ResponseEntity<TaskView> ok(StoredTask task) {
    return ResponseEntity.ok(TaskView.of(task));
  }

  /**
   * Answers once the task has finished, or the wait is over: then with what was heard of it last,
   * which is half a second old at most, so that nobody has to wait for the database.
   */
  private static final class LongPoll implements Waiters.Waiter {

    private final DeferredResult<ResponseEntity<TaskView>> answer;
    private @Nullable StoredTask latest; // guarded by this, as over
    private boolean over;

    LongPoll(DeferredResult<ResponseEntity<TaskView>> answer) {
      this.answer = answer;
    }

    /** What the database said after joining; older than anything that was told since. */
    synchronized void onRead(StoredTask task) {
      if (latest == null) {
        onChange(task);
      }
    }

    @Override
    public synchronized void onChange(StoredTask task) {
      latest = task;
      if (over || task.state().isFinished()) {
        FailPoint.S14_ANSWERING.hit();
        answer.setResult(ok(task));
      }
    }

    @Override
    public synchronized void onEnd() {
      over = true;
      if (latest != null) {
        answer.setResult(ok(latest));
      }
    }
  }
}
