package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.ProducerProcess;
import dev.warren.it.kit.TaskApi;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The tasks that the worker brings along, over REST. */
class BuiltInTasksTest {

  private static final String QUEUE = TestBroker.uniqueName("built-in");

  @AutoClose private static WorkerProcess worker;
  @AutoClose private static ProducerProcess producer;

  private final TaskApi tasks = producer.tasks();

  @BeforeAll
  static void start() {
    String uri = TestBroker.shared().uri();
    worker = WorkerProcess.on(uri).queue(QUEUE).start();
    producer = ProducerProcess.on(uri).queue(QUEUE).startReady();
    worker.awaitReady();
  }

  @Test
  void wordsAreCounted() {
    JsonNode done = tasks.run("text.word_count", "the quick\tbrown\n fox ");

    assertThat(state(done)).isEqualTo("SUCCEEDED");
    assertThat(done.path("result").asInt()).isEqualTo(4);
    assertThat(done.path("worker").asString()).isEqualTo(worker.name());
    assertThat(done.path("attempts").asInt()).isEqualTo(1);
    assertThat(done.path("submittedAt").asString()).endsWith("Z");
    assertThat(done.path("startedAt").asString()).endsWith("Z");
    assertThat(done.path("finishedAt").asString()).endsWith("Z");
  }

  @Test
  void anImageBecomesASmallPng() throws IOException {
    JsonNode done = tasks.runNamed("image.thumbnail", Map.of("image", jpeg(800, 400), "size", 100));

    assertThat(state(done)).isEqualTo("SUCCEEDED");
    byte[] png = Base64.getDecoder().decode(done.path("result").asString());
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
    assertThat(png).startsWith(0x89, 'P', 'N', 'G');
    assertThat(image.getWidth()).isEqualTo(100);
    assertThat(image.getHeight()).isEqualTo(50);
  }

  @Test
  void primesAreCounted() {
    assertThat(tasks.run("math.prime_count", 1_000_000).path("result").asLong()).isEqualTo(78_498);
  }

  @Test
  void sleepingTakesItsTime() {
    String id = tasks.accepted("demo.sleep", 0.5);

    assertThat(tasks.get(id).json().path("state").asString()).isIn("QUEUED", "STARTED");
    JsonNode done = tasks.awaitDone(id, Deadline.TASK);
    assertThat(done.path("result").asDouble()).isEqualTo(0.5);
  }

  @Test
  void aFailureComesWithTypeMessageAndTrace() {
    JsonNode done = tasks.run("demo.fail", "no luck");

    assertThat(state(done)).isEqualTo("FAILED");
    assertThat(done.has("result")).isFalse();
    assertThat(done.path("error").path("type").asString()).isEqualTo("IllegalStateException");
    assertThat(done.path("error").path("message").asString()).isEqualTo("no luck");
    assertThat(done.path("error").path("trace").asString()).contains("DemoTasks");
  }

  @Test
  void argumentsGoByPositionOrByName() {
    assertThat(tasks.run("text.word_count", "a b").path("result").asInt()).isEqualTo(2);
    assertThat(tasks.runNamed("text.word_count", Map.of("text", "a b c")).path("result").asInt())
        .isEqualTo(3);
  }

  @Test
  void aMissingArgumentIsNamed() {
    assertThat(failure(tasks.run("text.word_count"))).contains("'text'").contains("missing");
  }

  @Test
  void anArgumentOfTheWrongTypeIsNamed() {
    assertThat(failure(tasks.run("math.prime_count", "many"))).contains("'limit'");
  }

  @Test
  void anArgumentThatTheTaskDoesNotHaveIsNamed() {
    assertThat(failure(tasks.runNamed("text.word_count", Map.of("text", "a", "colour", "red"))))
        .contains("'colour'");
  }

  @Test
  void anArgumentThatIsGivenTwiceIsNamed() {
    JsonNode done =
        tasks.awaitDone(
            TaskApi.id(
                producer
                    .rest()
                    .post(
                        "/api/v1/tasks",
                        Map.of(
                            "task",
                            "text.word_count",
                            "args",
                            new String[] {"a"},
                            "kwargs",
                            Map.of("text", "b")))),
            Deadline.TASK);

    assertThat(failure(done)).contains("'text'").contains("twice");
  }

  @Test
  void tooManyArgumentsAreRefused() {
    assertThat(failure(tasks.run("text.word_count", "a", "b"))).contains("text");
  }

  private static String failure(JsonNode done) {
    assertThat(state(done)).isEqualTo("FAILED");
    return done.path("error").path("message").asString();
  }

  private static String state(JsonNode view) {
    return view.path("state").asString();
  }

  private static String jpeg(int width, int height) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int x = 0; x < width; x++) {
      for (int y = 0; y < height; y++) {
        image.setRGB(x, y, x * 0x10000 + y * 0x100);
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "jpeg", bytes);
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }
}
