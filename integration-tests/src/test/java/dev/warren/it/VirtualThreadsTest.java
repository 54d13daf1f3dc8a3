package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.it.harm.HarmWorker;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** Slots that are virtual threads, which JDKs from 21 on have. */
@Tag(Ci.SECOND_PASS_ONLY)
@EnabledForJreRange(min = JRE.JAVA_21)
class VirtualThreadsTest {

  @Test
  void withSpringsPropertyTasksRunInVirtualThreadsAndTheWorkerStaysAlive() throws Exception {
    String queue = TestBroker.uniqueName("virtual");
    String uri = TestBroker.shared().uri();
    try (WorkerProcess worker =
            WorkerProcess.on(uri)
                .queue(queue)
                .concurrency(500)
                .running(HarmWorker.class)
                .set("spring.threads.virtual.enabled", true)
                .startReady();
        Warren warren = Warren.connect(uri)) {
      TaskRef<String> thread = TaskRef.of("harm.thread", String.class);

      assertThat(warren.pool(queue).applyAsync(thread).get(Deadline.TASK))
          .startsWith("VirtualThread[");

      TaskRef<Long> sleep = TaskRef.of("harm.sleep", Long.class);
      List<List<Object>> many = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        many.add(List.of(100));
      }
      assertThat(warren.pool(queue).starmap(sleep, many)).hasSize(500);
      assertThat(worker.isAlive()).isTrue();
    }
  }
}
