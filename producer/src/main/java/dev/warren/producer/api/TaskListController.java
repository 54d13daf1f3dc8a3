package dev.warren.producer.api;

import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskQuery;
import dev.warren.producer.store.TaskStore;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Lists tasks, newest first, a page at a time. */
@RestController
final class TaskListController {

  private final TaskStore store;
  private final Reads reads;

  TaskListController(TaskStore store, Reads reads) {
    this.store = store;
    this.reads = reads;
  }

  /**
   * A page.
   *
   * @param next the cursor of the next page; null if this is the last one
   */
  record TaskListView(List<TaskView> tasks, @Nullable String next) {}

  /** Tasks that meet all of the filters, without their results. */
  @GetMapping(path = TaskController.PATH, produces = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<TaskListView> list(HttpServletRequest request) {
    Parameters.requireOnly(
        request, Set.of("state"), "state", "task", "queue", "group", "limit", "cursor");
    int limit = Parameters.limit(request.getParameter("limit"));
    String group = request.getParameter("group");
    TaskQuery query =
        new TaskQuery(
            Parameters.states(request.getParameterValues("state")),
            Parameters.name("task", request.getParameter("task")),
            Parameters.name("queue", request.getParameter("queue")),
            group == null ? null : Parameters.id("group", group),
            Cursor.read(request.getParameter("cursor")),
            limit + 1); // one more tells whether there is a next page
    List<StoredTask> found = reads.call(() -> store.list(query));
    Cursor.Page<StoredTask> page = Cursor.page(found, limit, StoredTask::id);
    return ResponseEntity.ok(
        new TaskListView(page.entries().stream().map(TaskView::of).toList(), page.next()));
  }
}
