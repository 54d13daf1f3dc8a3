package dev.warren.producer.api;

import dev.warren.producer.ProducerProperties;
import dev.warren.producer.dispatch.Waiters;
import dev.warren.rabbit.Threads;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.thread.Threading;
import org.springframework.core.env.Environment;
import org.springframework.core.task.VirtualThreadTaskExecutor;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Tells each change of a task as it comes.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">Server-sent
 *     events</a>
 */
@RestController
final class TaskEventsController implements DisposableBean {

  private static final long NO_TIMEOUT = 0;

  private final TaskLookup tasks;
  private final Waiters waiters;
  private final Duration heartbeat;
  private final Executor writers;
  private final ScheduledExecutorService heartbeats = Threads.scheduler("warren-heartbeats");

  TaskEventsController(
      TaskLookup tasks, Waiters waiters, ProducerProperties properties, Environment environment) {
    this.tasks = tasks;
    this.waiters = waiters;
    this.heartbeat = properties.heartbeat();
    this.writers = writers(environment);
  }

  /** A write may block for a client that does not read: never on a thread that others need. */
  private static Executor writers(Environment environment) {
    return Threading.VIRTUAL.isActive(environment)
        ? new VirtualThreadTaskExecutor("warren-events-")
        : Executors.newCachedThreadPool(Threads.named("warren-events"));
  }

  /**
   * The task as it is, each of its changes, and the end after the one that finishes it. Always
   * begins with the present state, so that a client that connects again needs no {@code
   * Last-Event-ID}.
   */
  @GetMapping(
      path = TaskController.PATH + "/{id}/events",
      produces = MediaType.TEXT_EVENT_STREAM_VALUE)
  ResponseEntity<SseEmitter> events(@PathVariable String id, HttpServletRequest request)
      throws HttpRequestMethodNotSupportedException {
    Parameters.requireGet(request);
    Parameters.requireOnly(request);
    UUID task = Parameters.id(id);
    SseEmitter emitter = new SseEmitter(NO_TIMEOUT);
    TaskStream stream = new TaskStream(emitter, writers);
    Waiters.Place place = waiters.join(task, null, stream);
    try {
      place.look(tasks.find(task));
    } catch (RuntimeException | Error e) {
      place.leave();
      throw e;
    }
    Future<?> beats =
        heartbeats.scheduleWithFixedDelay(
            stream::beat, heartbeat.toMillis(), heartbeat.toMillis(), TimeUnit.MILLISECONDS);
    emitter.onCompletion(
        () -> {
          beats.cancel(false);
          place.leave();
        });
    return ResponseEntity.ok()
        .header("X-Accel-Buffering", "no") // a proxy in between must not collect events
        .body(emitter);
  }

  @Override
  public void destroy() {
    heartbeats.shutdownNow();
  }
}
