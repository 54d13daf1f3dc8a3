package dev.warren.producer.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.warren.QueueSettings;
import dev.warren.WarrenSettings;
import dev.warren.producer.TickingClock;
import dev.warren.producer.dispatch.NewTask;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TaskReaderTest {

  private final TickingClock clock = new TickingClock(); // 2026-11-22T12:00:00Z
  private final TaskReader reader =
      new TaskReader(WarrenSettings.defaults().withQueue("fast", QueueSettings.bounded(10)), clock);

  @Test
  void onlyTheTasksNameIsRequired() {
    NewTask task = read("{'task':'text.word_count'}");

    assertThat(task.task()).isEqualTo("text.word_count");
    assertThat(task.args()).isEmpty();
    assertThat(task.kwargs()).isEmpty();
    assertThat(task.queue()).isEqualTo("tasks");
    assertThat(task.expires()).isNull();
  }

  @Test
  void allFieldsAreRead() {
    NewTask task =
        read(
            "{'task':'t','args':[1,null,[2]],'kwargs':{'b':true,'a':null},'queue':'fast',"
                + "'options':{'expires':90}}");

    assertThat(task.args()).hasToString("[1, null, [2]]");
    assertThat(task.kwargs()).hasToString("{b=true, a=null}");
    assertThat(task.queue()).isEqualTo("fast");
    assertThat(task.expires()).isEqualTo(Instant.parse("2026-11-22T12:01:30Z"));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "1, 2026-11-22T12:00:01Z",
        "0.5, 2026-11-22T12:00:00.500Z",
        "1e2, 2026-11-22T12:01:40Z",
        "'2026-11-22T12:00:01Z', 2026-11-22T12:00:01Z",
        "'2026-11-22T14:00:01+02:00', 2026-11-22T12:00:01Z"
      })
  void expiresIsSecondsFromNowOrAMoment(String value, Instant moment) {
    assertThat(read("{'task':'t','options':{'expires':" + value + "}}").expires())
        .isEqualTo(moment);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "true",
        "[]",
        "0",
        "-1",
        "-0.0",
        "1e-10",
        "1e100",
        "31708801",
        "'2026-11-22T12:00:00Z'",
        "'2028-11-22T12:00:00Z'",
        "'2026-11-23'",
        "'2026-11-23T12:00:00'",
        "'10s'",
        "''"
      })
  void anyOtherExpiresIsRefused(String value) {
    assertThat(refused("{'task':'t','options':{'expires':" + value + "}}"))
        .contains("/options/expires must be seconds from now");
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
        "{'task':'t','options':{'retry':1}} | /options/retry is not known; known are expires",
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
