package dev.warren.producer.api;

import dev.warren.producer.ProducerProperties;
import dev.warren.producer.dispatch.Cancellations;
import dev.warren.producer.dispatch.GroupWatch;
import dev.warren.producer.dispatch.Waiters.TooManyWaitersException;
import dev.warren.producer.store.TaskGroup;
import dev.warren.producer.store.TaskStore;
import dev.warren.producer.store.TaskStore.Cancelled;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;

/** Tells what became of groups, and cancels them. No call holds a thread while it waits. */
@RestController
@RequestMapping(path = GroupController.PATH, produces = MediaType.APPLICATION_JSON_VALUE)
final class GroupController {

  static final String PATH = "/api/v1/groups";

  /** {@link GroupWatch} keeps the deadline; this is for the case that it does not. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final TaskStore store;
  private final Reads reads;
  private final GroupLookup groups;
  private final GroupWatch watch;
  private final Cancellations cancellations;
  private final Duration maxWait;

  GroupController(
      TaskStore store,
      Reads reads,
      GroupLookup groups,
      GroupWatch watch,
      Cancellations cancellations,
      ProducerProperties properties) {
    this.store = store;
    this.reads = reads;
    this.groups = groups;
    this.watch = watch;
    this.cancellations = cancellations;
    this.maxWait = properties.maxWait();
  }

  /**
   * A page.
   *
   * @param next the cursor of the next page; null if this is the last one
   */
  record GroupListView(List<GroupView> groups, @Nullable String next) {}

  /** Groups, newest first. */
  @GetMapping
  ResponseEntity<GroupListView> list(HttpServletRequest request) {
    Parameters.requireOnly(request, "limit", "cursor");
    int limit = Parameters.limit(request.getParameter("limit"));
    UUID before = Cursor.read(request.getParameter("cursor"));
    List<TaskGroup> found = reads.call(() -> store.listGroups(before, limit + 1));
    Cursor.Page<TaskGroup> page = Cursor.page(found, limit, TaskGroup::id);
    return ResponseEntity.ok(
        new GroupListView(page.entries().stream().map(GroupView::of).toList(), page.next()));
  }

  /** Tells of a group; with {@code wait}, once it has finished or the time is over. */
  @GetMapping("/{id}")
  DeferredResult<ResponseEntity<GroupView>> get(
      @PathVariable String id, HttpServletRequest request) {
    Parameters.requireOnly(request, "wait");
    UUID group = Parameters.id(id);
    Duration wait = Parameters.wait(request.getParameter("wait"), maxWait);
    TaskGroup found = groups.find(group);
    DeferredResult<ResponseEntity<GroupView>> answer =
        new DeferredResult<>(wait.plus(GRACE).toMillis());
    if (wait.isZero() || found.isFinished()) {
      answer.setResult(answer(HttpStatus.OK, found));
    } else {
      await(found, wait, answer);
    }
    return answer;
  }

  private void await(
      TaskGroup found, Duration wait, DeferredResult<ResponseEntity<GroupView>> answer)
      throws TooManyWaitersException {
    LongPoll poll = new LongPoll(found, answer);
    answer.onTimeout(poll::onEnd);
    answer.onCompletion(watch.join(found.id(), wait, poll));
  }

  /** As {@link #cancel}. */
  @DeleteMapping("/{id}")
  ResponseEntity<GroupView> delete(@PathVariable String id, HttpServletRequest request) {
    return cancel(id, request);
  }

  /**
   * 202: what has not begun is ended, and the workers are told to end the rest. 200: it was
   * cancelled before. 409: it has finished otherwise.
   */
  @PostMapping("/{id}/cancel")
  ResponseEntity<GroupView> cancel(@PathVariable String id, HttpServletRequest request) {
    Parameters.requireOnly(request);
    UUID group = Parameters.id(id);
    TaskGroup before = groups.find(group);
    if (before.isFinished()) {
      return cancelledBefore(before);
    }
    List<Cancelled> parts = reads.call(() -> cancellations.cancelGroup(group));
    TaskGroup after = groups.find(group);
    boolean isChanged = parts.stream().anyMatch(part -> part.ended() || part.requested());
    return isChanged || !after.isFinished()
        ? answer(HttpStatus.ACCEPTED, after)
        : cancelledBefore(after);
  }

  private static ResponseEntity<GroupView> cancelledBefore(TaskGroup group) {
    GroupState state = GroupState.of(group);
    if (state != GroupState.REVOKED) {
      throw new ProblemException(
              Problem.ALREADY_TERMINAL, "the group has finished; nothing was changed")
          .with("id", group.id())
          .with("state", state);
    }
    return answer(HttpStatus.OK, group);
  }

  private static ResponseEntity<GroupView> answer(HttpStatus status, TaskGroup group) {
    return ResponseEntity.status(status).body(GroupView.of(group));
  }

  /** Answers once the group has finished, or the wait is over: then with what was seen last. */
  private static final class LongPoll implements GroupWatch.Watcher {

    private final DeferredResult<ResponseEntity<GroupView>> answer;
    private TaskGroup latest; // guarded by this

    LongPoll(TaskGroup found, DeferredResult<ResponseEntity<GroupView>> answer) {
      this.latest = found;
      this.answer = answer;
    }

    @Override
    public synchronized void onChange(TaskGroup group) {
      latest = group;
      if (group.isFinished()) {
        answer.setResult(GroupController.answer(HttpStatus.OK, group));
      }
    }

    @Override
    public synchronized void onEnd() {
      answer.setResult(GroupController.answer(HttpStatus.OK, latest));
    }
  }
}
