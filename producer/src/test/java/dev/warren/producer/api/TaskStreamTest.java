package dev.warren.producer.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.producer.store.StoredTask;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** When a stream writes; the test is the thread that does. */
class TaskStreamTest {

  private final Queue<Runnable> writes = new ArrayDeque<>();
  private final List<String> written = new ArrayList<>();
  private boolean clientIsGone;
  private final TaskStream stream = new TaskStream(emitter(), writes::add);
  private final StoredTask task = Tasks.queued();

  @Test
  void nothingIsWrittenOnTheThreadThatTells() {
    stream.onChange(task);
    assertThat(written).isEmpty();

    write();
    assertThat(written).containsExactly("QUEUED");
  }

  @Test
  void aSlowClientMissesSomeChangesButNotTheLast() {
    stream.onChange(task);
    stream.onChange(Tasks.started(task));
    stream.onChange(Tasks.succeeded(task, "1"));
    assertThat(writes).hasSize(1);

    write();
    assertThat(written).containsExactly("SUCCEEDED", "end");
  }

  @Test
  void nothingFollowsTheEnd() {
    stream.onChange(Tasks.succeeded(task, "1"));
    write();
    stream.beat();
    stream.onEnd();
    write();

    assertThat(written).containsExactly("SUCCEEDED", "end");
  }

  @Test
  void whatIsKnownIsWrittenBeforeAnEndWithoutAResult() {
    stream.onChange(Tasks.started(task));
    stream.onEnd();
    write();

    assertThat(written).containsExactly("STARTED", "end");
  }

  @Test
  void aHeartbeatIsAComment() {
    stream.beat();
    stream.beat();
    write();

    assertThat(written).containsExactly(":");
  }

  @Test
  void nothingIsWrittenToAClientThatHasGone() {
    clientIsGone = true;
    stream.onChange(task);
    write();
    clientIsGone = false;
    stream.onChange(Tasks.succeeded(task, "1"));
    write();

    assertThat(written).isEmpty();
  }

  private void write() {
    for (Runnable write = writes.poll(); write != null; write = writes.poll()) {
      write.run();
    }
  }

  private SseEmitter emitter() {
    return new SseEmitter() {
      @Override
      public void send(SseEventBuilder event) throws IOException {
        if (clientIsGone) {
          throw new IOException("planned: broken pipe");
        }
        List<Object> parts =
            event.build().stream().map(DataWithMediaType::getData).collect(Collectors.toList());
        written.add(
            parts.stream()
                .filter(TaskView.class::isInstance)
                .map(view -> ((TaskView) view).state().name())
                .findFirst()
                .orElse(parts.get(0).toString().strip()));
      }

      @Override
      public void complete() {
        written.add("end");
      }
    };
  }
}
