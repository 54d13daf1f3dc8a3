package dev.warren.worker.delivery;

import dev.warren.wire.TaskMessage;
import dev.warren.wire.WireFormat;
import dev.warren.wire.WireMessage;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is told of a task that a worker holds: Celery's {@code Request.info}. Thread-safe. */
final class RequestInfo {

  /** Bytes of a body whose arguments are told. */
  private static final int LARGEST = 10_000;

  private static final double MILLIS = 1_000;

  private final WireFormat wire;
  private final String worker;

  RequestInfo(WireFormat wire, String worker) {
    this.wire = wire;
    this.worker = worker;
  }

  Map<String, @Nullable Object> of(Delivery delivery) {
    WireMessage message = delivery.message();
    TaskMessage task = message.body().length <= LARGEST ? wire.readTask(message).value() : null;
    Map<String, @Nullable Object> info = new LinkedHashMap<>();
    String name = task == null ? text(message.headers().get("task")) : task.task();
    info.put("id", task == null ? text(message.headers().get("id")) : task.id());
    info.put("name", name);
    info.put("args", task == null ? List.of("...") : task.args());
    info.put("kwargs", task == null ? Map.of() : task.kwargs());
    info.put("type", name);
    info.put("hostname", worker);
    Instant begun = delivery.begunAt();
    info.put("time_start", begun == null ? null : begun.toEpochMilli() / MILLIS);
    info.put("acknowledged", false);
    Map<String, @Nullable Object> from = new LinkedHashMap<>();
    from.put("exchange", "");
    from.put("routing_key", delivery.queue());
    from.put("priority", message.priority() == null ? 0 : message.priority());
    from.put("redelivered", delivery.isRedelivered());
    info.put("delivery_info", from);
    info.put("worker_pid", begun == null ? null : ProcessHandle.current().pid());
    return info;
  }

  private static @Nullable String text(@Nullable Object header) {
    return header == null ? null : header.toString();
  }
}
