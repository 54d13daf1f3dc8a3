package dev.warren.producer.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.warren.QueueSettings;
import dev.warren.WarrenSettings;
import dev.warren.producer.TickingClock;
import dev.warren.producer.dispatch.NewTask;
import dev.warren.producer.store.TaskOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TaskReaderTest {

  private final TickingClock clock = new TickingClock(); // 2026-11-22T12:00:00Z
  private final TaskReader reader =
      new TaskReader(
          WarrenSettings.defaults().withQueue("fast", QueueSettings.bounded(10)),
          new OptionsReader(clock));

  @Test
  void onlyTheTasksNameIsRequired() {
    NewTask task = read("{'task':'text.word_count'}");

    assertThat(task.task()).isEqualTo("text.word_count");
    assertThat(task.args()).isEmpty();
    assertThat(task.kwargs()).isEmpty();
    assertThat(task.queue()).isEqualTo("tasks");
    assertThat(task.options()).isEqualTo(TaskOptions.NONE);
  }

  @Test
  void allFieldsAreRead() {
    NewTask task =
        read(
            "{'task':'t','args':[1,null,[2]],'kwargs':{'b':true,'a':null},'queue':'fast',"
                + "'options':{'priority':9,'countdown':60,'expires':90,'softTimeLimit':2,'timeLimit':2.5,"
                + "'maxRetries':3}}");

    assertThat(task.args()).hasToString("[1, null, [2]]");
    assertThat(task.kwargs()).hasToString("{b=true, a=null}");
    assertThat(task.queue()).isEqualTo("fast");
    assertThat(task.options())
        .isEqualTo(
            new TaskOptions(
                9,
                Instant.parse("2026-11-22T12:01:00Z"),
                Instant.parse("2026-11-22T12:01:30Z"),
                Duration.ofSeconds(2),
                Duration.ofMillis(2500),
                3));
  }

  @ParameterizedTest
  @ValueSource(strings = {"celery.map", "proj.tasks.add", "_private", "A", "with-dash", "x1.y_2"})
  void namesAreWhatCeleryUses(String name) {
    assertThat(read("{'task':'" + name + "'}").task()).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"''", "'1x'", "'.x'", "'a b'", "'ü'", "'a\\n'", "'a/b'", "1", "null", "['a']"})
  void anyOtherNameIsRefused(String name) {
    assertThat(refused("{'task':" + name + "}")).contains("/task must be a name");
  }

  @Test
  void aNameHasAtMost255Characters() {
    assertThat(read("{'task':'" + "a".repeat(255) + "'}").task()).hasSize(255);
    assertThat(refused("{'task':'" + "a".repeat(256) + "'}")).contains("/task must be a name");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "[] | the body must be an object",
        "null | the body must be an object",
        "'x' | the body must be an object",
        "{} | /task is required",
        "{'task':'t','args':null} | /args must be an array",
        "{'task':'t','args':{}} | /args must be an array",
        "{'task':'t','kwargs':[]} | /kwargs must be an object",
        "{'task':'t','options':[]} | /options must be an object",
        "{'task':'t','options':{'retry':1}} | /options/retry is not known; known are countdown, eta, expires, maxRetries, priority, softTimeLimit, timeLimit",
        "{'task':'t','Args':[]} | /Args is not known; known are args, kwargs, options, queue, task",
        "{'task':'t','a/b~':1} | /a~1b~0 is not known",
        "{'task':'t','queue':'slow'} | /queue must be one of the queues that this producer knows (warren.queues.<name>.max-length): tasks, fast",
        "{'task':'t','queue':1} | /queue must be one of the queues",
        "{'task':'t','queue':null} | /queue must be one of the queues"
      })
  void whatIsWrongIsNamed(String json, String expected) {
    assertThat(refused(json)).contains(expected);
  }

  @Test
  void allThatIsWrongIsNamedAtOnce() {
    assertThat(refused("{'task':1,'args':2,'kwargs':3,'queue':4,'options':{'expires':5e9,'x':1}}"))
        .contains("; and 5 more");
  }

  private NewTask read(String json) {
    return reader.read(StrictJson.read(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
  }

  private String refused(String json) {
    ProblemException problem = catchThrowableOfType(ProblemException.class, () -> read(json));
    assertThat(problem).as("accepted").isNotNull();
    assertThat(problem.type()).isEqualTo("urn:warren:problem:invalid-task");
    return String.valueOf(problem.getMessage());
  }
}
