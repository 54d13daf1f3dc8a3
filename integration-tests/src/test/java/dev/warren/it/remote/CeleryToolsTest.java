package dev.warren.it.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Celery's own tools beside a worker of Warren and one of Celery. */
@Tag(Ci.FIRST_PASS_ONLY)
@Timeout(180)
class CeleryToolsTest {

  private static final TaskRef<Integer> WORDS = TaskRef.of("text.word_count", Integer.class);
  private static final JsonMapper JSON = new JsonMapper();

  private final String uri = TestBroker.shared().uri();
  private final String queue = TestBroker.uniqueName("tools");
  private final String ofPython = TestBroker.uniqueName("python");

  @BeforeAll
  static void requireCelery() throws InterruptedException {
    CeleryTools.require();
  }

  @Test
  void inspectSeesBothKindsOfWorkers() throws Exception {
    String python = "py@" + ofPython;
    try (CeleryTools celery = CeleryTools.start(uri, ofPython, "work", python);
        Remote remote = Remote.to(uri);
        WorkerProcess worker =
            WorkerProcess.on(uri).queue(queue).named("jvm@" + queue).startReady()) {
      remote.awaitEvent(python, "worker-online");
      assertThat(celery.isAlive()).isTrue();

      JsonNode seen;
      try (CeleryTools tools = CeleryTools.start(uri, ofPython, "look", worker.name(), python)) {
        seen = JSON.readTree(tools.line());
      }

      seen.properties()
          .forEach(
              asked ->
                  assertThat(asked.getValue().propertyNames())
                      .as(asked.getKey())
                      .containsExactlyInAnyOrder(worker.name(), python));
      assertThat(seen.path("ping").path(worker.name())).hasToString("{\"ok\":\"pong\"}");
      assertThat(seen.path("registered").path(worker.name()).toString())
          .contains("text.word_count");
      assertThat(seen.path("registered").path(python).toString()).contains("py.add");
      assertAlike(seen.path("active_queues"), worker.name(), python);
      JsonNode stats = seen.path("stats");
      assertThat(stats.path(worker.name()).propertyNames())
          .containsAll(stats.path(python).propertyNames());
    }
  }

  /** Tools look for fields by name. */
  private static void assertAlike(JsonNode lists, String warren, String celery) {
    assertThat(lists.path(warren).get(0).propertyNames())
        .containsAll(lists.path(celery).get(0).propertyNames());
  }

  @Test
  void celerysPictureOfTheClusterHasTheWorkerAndItsTasks() throws Exception {
    try (WorkerProcess worker =
            WorkerProcess.on(uri).queue(queue).set("warren.worker.events", true).startReady();
        CeleryTools tools = CeleryTools.start(uri, ofPython, "watch", worker.name());
        Remote remote = Remote.to(uri);
        Warren warren = Warren.connect(uri)) {
      assertThat(tools.line()).isEqualTo("watching");
      // a receiver asks for a heartbeat when it is there
      Deadline.await("a heartbeat", Deadline.TASK, () -> !remote.of(worker.name()).isEmpty());
      warren.pool(queue).apply(WORDS, "a b c");

      JsonNode seen = JSON.readTree(tools.line());

      assertThat(seen.path("alive").asBoolean()).isTrue();
      assertThat(seen.path("software").asString()).isEqualTo("warren");
      assertThat(seen.path("name").asString()).isEqualTo("text.word_count");
      assertThat(seen.path("args").asString()).isEqualTo("('a b c',)");
      assertThat(seen.path("state").asString()).isEqualTo("SUCCESS");
      assertThat(seen.path("result").asString()).isEqualTo("3");
      assertThat(seen.path("runtime").isNumber()).isTrue();
    }
  }
}
