package dev.warren.it.celery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.it.kit.CommandLine;
import dev.warren.it.kit.Deadline;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The cases of a client in another language, which run in one process of it. The program lists its
 * cases by name, each with the sentence that it shows, if its argument is {@code list}; else it
 * reads names and answers each with a line of JSON.
 */
final class ClientCases implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration LIMIT = Deadline.TASK.multipliedBy(2);

  private final CommandLine program;

  private ClientCases(CommandLine program) {
    this.program = program;
  }

  static ClientCases start(String name, List<String> command, Map<String, String> environment) {
    return new ClientCases(CommandLine.start(name, command, environment));
  }

  /** A test for each case. */
  static Stream<DynamicTest> tests(
      List<String> command, Map<String, String> environment, ClientCases client) {
    String list =
        CommandLine.output(
            Stream.concat(command.stream(), Stream.of("list")).toList(), environment);
    Map<String, String> sentences = JSON.readValue(list, new TypeReference<>() {});
    return sentences.entrySet().stream()
        .map(one -> DynamicTest.dynamicTest(one.getValue(), () -> client.run(one.getKey())));
  }

  private void run(String name) {
    JsonNode answer = JSON.readTree(program.ask(name, LIMIT));
    assertThat(answer.path("case").asString()).isEqualTo(name);
    assertThat(answer.path("failure").asString(null)).as("what the client saw").isNull();
  }

  @Override
  public void close() {
    program.close();
  }
}
