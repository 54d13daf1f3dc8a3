package dev.warren.producer.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.warren.QueueSettings;
import dev.warren.WarrenSettings;
import dev.warren.producer.dispatch.GroupUpload;
import dev.warren.producer.dispatch.Groups;
import dev.warren.producer.dispatch.GroupsFixture;
import dev.warren.producer.dispatch.NewGroup;
import dev.warren.producer.dispatch.NotAcceptedException;
import dev.warren.producer.store.StoreFixture;
import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskGroup;
import dev.warren.producer.store.TaskStore;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(120)
class GroupReaderTest {

  private static final int MAX_BYTES = 256 * 1024;

  private final TaskStore store = StoreFixture.memory();
  private final Groups groups = GroupsFixture.on(store, MAX_BYTES, 1_000_000);
  private final List<NewGroup> begun = new ArrayList<>();
  private final GroupReader reader = reader();

  @Test
  void aGroupIsReadInOneObject() {
    TaskGroup group =
        taken(
            """
            {"task": "a.task", "queue": "fast", "star": true, "chunkSize": 2,
             "options": {"maxRetries": 3}, "items": [[1], [2.50, "é"], [], [{"a": null}]]}
            """,
            false);

    NewGroup read = begun.get(0);
    assertThat(read.task()).isEqualTo("a.task");
    assertThat(read.queue()).isEqualTo("fast");
    assertThat(read.star()).isTrue();
    assertThat(read.chunkSize()).isEqualTo(2);
    assertThat(read.options().maxRetries()).isEqualTo(3);
    assertThat(group.items()).isEqualTo(4);
    assertThat(args(group)).containsExactly("[[1],[2.50,\"é\"]]", "[[],[{\"a\":null}]]");
  }

  @Test
  void aGroupIsReadLineByLine() {
    TaskGroup group = taken("{\"task\": \"a.task\", \"chunkSize\": 2}\n1\n\n\"x\"\r\n[3]\n", true);

    assertThat(args(group)).containsExactly("[1,\"x\"]", "[[3]]");
  }

  @Test
  void theLastLineNeedsNoEnd() {
    assertThat(taken("{\"task\":\"a\"}\n1\n2", true).items()).isEqualTo(2);
  }

  @Test
  void whatIsLeftOutHasADefault() {
    taken("{\"task\":\"a\",\"items\":[]}", false);

    assertThat(begun.get(0).chunkSize()).isEqualTo(100);
    assertThat(begun.get(0).star()).isFalse();
    assertThat(begun.get(0).queue()).isEqualTo("tasks");
  }

  @Test
  void theLimitsOfOneValueAreNotThoseOfAll() {
    String item = "[" + "1,".repeat(30_000) + "1]";

    TaskGroup group =
        taken("{\"task\":\"a\",\"items\":[" + (item + ",").repeat(9) + item + "]}", false);

    assertThat(group.items()).isEqualTo(10); // of 300,000 tokens
  }

  @Test
  void asManyItemsAsAGroupMayHaveAreTakenAndOneMoreIsNot() {
    String most = "1,".repeat(GroupReader.MAX_ITEMS - 1) + "1";
    assertThat(taken("{\"task\":\"a\",\"chunkSize\":1000,\"items\":[" + most + "]}", false).items())
        .isEqualTo(100_000);

    assertThat(problem("{\"task\":\"a\",\"items\":[" + most + ",1]}", false))
        .containsEntry("type", "urn:warren:problem:payload-too-large")
        .containsEntry("maxItems", 100_000);
  }

  static Stream<Arguments> wrong() {
    String deep = "[".repeat(65) + "]".repeat(65);
    String large = "\"" + "x".repeat(MAX_BYTES) + "\"";
    String tokens = "[" + "1,".repeat(100_000) + "1]";
    return Stream.of(
        json("", "malformed-json", "empty"),
        json("[]", "invalid-task", "must begin with an object"),
        json("{\"task\":\"a\"}", "invalid-task", "/items is required"),
        json("{\"items\":[]}", "invalid-task", "/task is required"),
        json("{\"task\":\"a\",\"items\":{}}", "invalid-task", "/items must be an array"),
        json("{\"task\":\"a\",\"items\":[1],\"queue\":\"fast\"}", "invalid-task", "last field"),
        json("{\"task\":\"a\",\"items\":[1]} 2", "malformed-json", "something follows"),
        json("{\"task\":\"a\",\"items\":[1", "malformed-json", "not JSON"),
        json("{\"task\":\"a\",\"items\":[1,]}", "malformed-json", "not JSON"),
        json("{\"task\":\"a\",\"task\":\"b\",\"items\":[]}", "malformed-json", "twice"),
        json(
            "{\"task\":\"a\",\"kwargs\":{},\"items\":[]}",
            "invalid-task",
            "/kwargs is not possible"),
        json("{\"task\":\"a\",\"args\":[],\"items\":[]}", "invalid-task", "/args is not possible"),
        json("{\"task\":\"a\",\"x/y\":1,\"items\":[]}", "invalid-task", "/x~1y is not known"),
        json("{\"task\":\"a\",\"chunkSize\":0,\"items\":[]}", "invalid-task", "/chunkSize"),
        json("{\"task\":\"a\",\"chunkSize\":1001,\"items\":[]}", "invalid-task", "/chunkSize"),
        json("{\"task\":\"a\",\"chunkSize\":1.5,\"items\":[]}", "invalid-task", "/chunkSize"),
        json("{\"task\":\"a\",\"chunkSize\":\"1\",\"items\":[]}", "invalid-task", "/chunkSize"),
        json("{\"task\":\"a\",\"chunkSize\":null,\"items\":[]}", "invalid-task", "/chunkSize"),
        json("{\"task\":\"a\",\"star\":1,\"items\":[]}", "invalid-task", "/star"),
        json("{\"task\":\"a\",\"queue\":\"x\",\"items\":[]}", "invalid-task", "/queue"),
        json(
            "{\"task\":\"a\",\"options\":{\"priority\":-1},\"items\":[]}",
            "invalid-task",
            "/options"),
        json("{\"task\":\"a\",\"options\":[" + deep + "],\"items\":[]}", "json-limits", "levels"),
        item("{\"a\":1,\"a\":2}", "malformed-json", "twice"),
        item("\"\\u0000\"", "malformed-json", "NUL"),
        item("\"\\ud800\"", "malformed-json", "surrogate"),
        item("NaN", "malformed-json", "not JSON"),
        item("1e9999", "json-limits", "digits"),
        item(deep + "", "json-limits", "levels"),
        item(tokens, "json-limits", "tokens"),
        item(large, "payload-too-large", "warren.max-message-bytes"),
        item("\"" + "x".repeat(MAX_BYTES - 10) + "\"", "payload-too-large", "the item needs"),
        item(
            "[\"" + "x".repeat(MAX_BYTES / 2) + "\",\"" + "x".repeat(MAX_BYTES) + "\",1]",
            "payload-too-large",
            "characters"),
        lines("1", "invalid-task", "must begin with an object"),
        lines("{\"task\":\"a\",\"items\":[]}", "invalid-task", "/items are the lines"),
        lines("{\"task\":\"a\"} 1", "malformed-json", "two values in one line"),
        lines("{\"task\":\"a\"}\n1 2", "malformed-json", "two values in one line"),
        lines("{\"task\":\"a\"}\n[1,\n2]", "malformed-json", "more than one line"),
        lines("{\"task\":\"a\"}\n[1,2", "malformed-json", "not JSON"),
        lines("{\"task\":\"a\",\"kwargs\":{}}\n1", "invalid-task", "/kwargs is not possible"));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void whatIsWrongIsSaidAndNothingIsLeft(String body, boolean lines, String type, String detail) {
    Map<String, Object> problem = problem(body, lines);

    assertThat(problem).containsEntry("type", "urn:warren:problem:" + type);
    assertThat((String) problem.get("detail")).contains(detail);
    assertThat(store.countUnfinished()).isZero();
    assertThat(store.listGroups(null, 1)).isEmpty();
  }

  @Test
  void anErrorTellsHowManyItemsWereReadBefore() {
    assertThat(problem("{\"task\":\"a\",\"items\":[1,2,{\"a\":1,\"a\":1}]}", false))
        .containsEntry("itemsRead", 2)
        .containsEntry("line", 1);
    assertThat(problem("{\"task\":\"a\"}\n1\n2\n3\nfalse,", true)).containsEntry("line", 5);
    assertThat(problem("{\"task\":\"a\",\"star\":true,\"items\":[[1],2]}", false).toString())
        .contains("pointer=/items/1");
  }

  @Test
  void textThatIsNotUtf8IsRefused() {
    byte[] overlong = {'{', '"', 't', (byte) 0xC1, (byte) 0xA1, '"', ':', '1', '}'};

    assertThat(problem(new ByteArrayInputStream(overlong), false))
        .containsEntry("type", "urn:warren:problem:malformed-json")
        .hasEntrySatisfying("detail", detail -> assertThat((String) detail).contains("not UTF-8"));
    assertThat(
            problem(
                new ByteArrayInputStream(
                    "{\"task\":\"a\",\"items\":[]}".getBytes(StandardCharsets.UTF_16BE)),
                false))
        .containsEntry("type", "urn:warren:problem:malformed-json");
  }

  @Test
  void whatTheStoreRefusesIsPassedOnAndNothingIsLeft() {
    Groups small = GroupsFixture.on(store, MAX_BYTES, 10);
    String items =
        IntStream.range(0, 200).mapToObj(Integer::toString).collect(Collectors.joining(","));

    assertThatThrownBy(
            () ->
                reader.read(
                    stream("{\"task\":\"a\",\"chunkSize\":1,\"items\":[" + items + "]}"),
                    false,
                    small::open))
        .isInstanceOf(NotAcceptedException.class);
    assertThat(store.countUnfinished()).isZero();
  }

  private static Arguments json(String body, String type, String detail) {
    return Arguments.of(body, false, type, detail);
  }

  private static Arguments lines(String body, String type, String detail) {
    return Arguments.of(body, true, type, detail);
  }

  private static Arguments item(String item, String type, String detail) {
    return json("{\"task\":\"a\",\"items\":[1," + item + "]}", type, detail);
  }

  private TaskGroup taken(String body, boolean lines) {
    try (GroupUpload upload = reader.read(stream(body), lines, this::open)) {
      return upload.seal(null).group();
    }
  }

  private GroupUpload open(NewGroup group) {
    begun.add(group);
    return groups.open(group);
  }

  private Map<String, Object> problem(String body, boolean lines) {
    return problem(stream(body), lines);
  }

  private Map<String, Object> problem(InputStream body, boolean lines) {
    ProblemException problem =
        catchThrowableOfType(ProblemException.class, () -> reader.read(body, lines, groups::open));
    return problem.response().getBody();
  }

  private List<String> args(TaskGroup group) {
    return store.parts(group.id(), 0, 100).stream()
        .map(StoredTask::id)
        .map(id -> store.content(id).orElseThrow().args())
        .toList();
  }

  private static InputStream stream(String body) {
    return new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8));
  }

  private static GroupReader reader() {
    WarrenSettings settings =
        new WarrenSettings(
            null, Map.of("fast", QueueSettings.AS_IT_IS), null, null, null, MAX_BYTES, null);
    OptionsReader options = new OptionsReader(Clock.systemUTC());
    return new GroupReader(new TaskReader(settings, options), options, settings);
  }
}
