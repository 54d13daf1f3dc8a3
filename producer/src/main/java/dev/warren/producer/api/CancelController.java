package dev.warren.producer.api;

import dev.warren.producer.dispatch.Cancellations;
import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskState;
import dev.warren.producer.store.TaskStore.Cancelled;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Cancels tasks. To cancel twice is the same as once. Blocks for the database. */
@RestController
@RequestMapping(path = TaskController.PATH + "/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
final class CancelController {

  private final Cancellations cancellations;
  private final Reads reads;

  CancelController(Cancellations cancellations, Reads reads) {
    this.cancellations = cancellations;
    this.reads = reads;
  }

  /** As {@link #cancel}. */
  @DeleteMapping
  ResponseEntity<TaskView> delete(@PathVariable String id, HttpServletRequest request) {
    return cancel(id, request);
  }

  /**
   * 202: it is ended, or its worker is told to end it. 200: it was cancelled before. 409: it has
   * finished otherwise.
   */
  @PostMapping("/cancel")
  ResponseEntity<TaskView> cancel(@PathVariable String id, HttpServletRequest request) {
    Parameters.requireOnly(request);
    UUID task = Parameters.id(id);
    Optional<Cancelled> cancelled = reads.call(() -> cancellations.cancel(task));
    return answer(cancelled.orElseThrow(() -> TaskLookup.unknown(task)));
  }

  private static ResponseEntity<TaskView> answer(Cancelled cancelled) {
    StoredTask task = cancelled.task();
    boolean before = !cancelled.ended() && task.state().isFinished();
    if (before && task.state() != TaskState.REVOKED) {
      throw new ProblemException(
              Problem.ALREADY_TERMINAL, "the task has finished; nothing was changed")
          .with("id", task.id())
          .with("state", task.state());
    }
    return ResponseEntity.status(before ? HttpStatus.OK : HttpStatus.ACCEPTED)
        .body(TaskView.of(task));
  }
}
