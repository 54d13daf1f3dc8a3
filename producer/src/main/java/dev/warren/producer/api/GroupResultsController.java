package dev.warren.producer.api;

import dev.warren.producer.ProducerProperties;
import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskGroup;
import dev.warren.producer.store.TaskStore;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.util.MimeTypeUtils;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** Tells the results of a group's items, a page at a time or as they come. */
@RestController
final class GroupResultsController {

  /** A page has fewer items where they are large. */
  private static final int PAGE_CHARS = 8 * 1024 * 1024;

  private final TaskStore store;
  private final Reads reads;
  private final GroupLookup groups;
  private final GroupStreams streams;
  private final Duration maxWait;

  GroupResultsController(
      TaskStore store,
      Reads reads,
      GroupLookup groups,
      GroupStreams streams,
      ProducerProperties properties) {
    this.store = store;
    this.reads = reads;
    this.groups = groups;
    this.streams = streams;
    this.maxWait = properties.maxWait();
  }

  /**
   * The items in their order, done or not, as a JSON array; or, if the caller asks for {@code
   * application/x-ndjson}, each in a line as soon as it and all before it are done.
   */
  @GetMapping(
      path = GroupController.PATH + "/{id}/results",
      produces = {MediaType.APPLICATION_JSON_VALUE, MediaType.APPLICATION_NDJSON_VALUE})
  @Nullable ResponseEntity<String> results(
      @PathVariable String id, HttpServletRequest request, HttpServletResponse response)
      throws IOException, HttpRequestMethodNotSupportedException {
    UUID group = Parameters.id(id);
    if (!wantsLines(request)) {
      Parameters.requireOnly(request, "from", "limit");
      int from = Parameters.index("from", request.getParameter("from"));
      return page(group, from, Parameters.limit(request.getParameter("limit")));
    }
    Parameters.requireGet(request);
    Parameters.requireOnly(request, "from", "wait");
    int from = Parameters.index("from", request.getParameter("from"));
    String wait = request.getParameter("wait");
    streams.results(group, from, wait == null ? null : Parameters.wait(wait, maxWait), response);
    return null;
  }

  /** Tells how far the group is, at most twice a second, until it has finished. */
  @GetMapping(
      path = GroupController.PATH + "/{id}/events",
      produces = MediaType.TEXT_EVENT_STREAM_VALUE)
  void events(@PathVariable String id, HttpServletRequest request, HttpServletResponse response)
      throws IOException, HttpRequestMethodNotSupportedException {
    Parameters.requireGet(request);
    Parameters.requireOnly(request);
    streams.events(Parameters.id(id), response);
  }

  private ResponseEntity<String> page(UUID id, int from, int limit) {
    TaskGroup group = groups.find(id);
    int end = (int) Math.min(group.items(), (long) from + limit);
    StringBuilder page = new StringBuilder("[");
    int next = from;
    while (next < end && page.length() < PAGE_CHARS) {
      int begin = next;
      for (ItemOutcome item : items(group, begin)) {
        if (item.index() == next && next < end && page.length() < PAGE_CHARS) {
          page.append(next == from ? "" : ",").append(item.json());
          next++;
        }
      }
      if (next == begin) {
        break; // forgotten meanwhile
      }
    }
    return ResponseEntity.ok()
        .contentType(MediaType.APPLICATION_JSON)
        .body(page.append(']').toString());
  }

  private List<ItemOutcome> items(TaskGroup group, int from) {
    List<StoredTask> parts =
        reads.call(() -> store.parts(group.id(), from, GroupStreams.partsAtOnce(group)));
    List<ItemOutcome> items = new ArrayList<>();
    parts.forEach(part -> items.addAll(ItemOutcome.of(part)));
    return items;
  }

  /** Whether the caller asks for lines, and not for JSON before that. */
  private static boolean wantsLines(HttpServletRequest request) {
    String accept = request.getHeader(HttpHeaders.ACCEPT);
    if (accept == null) {
      return false;
    }
    List<MediaType> wanted = new ArrayList<>(MediaType.parseMediaTypes(accept));
    MimeTypeUtils.sortBySpecificity(wanted);
    for (MediaType type : wanted) {
      if (type.includes(MediaType.APPLICATION_JSON)) {
        return false;
      }
      if (type.includes(MediaType.APPLICATION_NDJSON)) {
        return true;
      }
    }
    return false;
  }
}
