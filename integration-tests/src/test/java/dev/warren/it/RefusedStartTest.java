package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.QueueSettings;
import dev.warren.QueueType;
import dev.warren.Warren;
import dev.warren.WarrenSettings;
import dev.warren.it.kit.AppProcess;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.ProducerProcess;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What cannot work does not start, and one line says why. */
@Tag(Ci.FIRST_PASS_ONLY)
class RefusedStartTest {

  private static final int CONFIGURED = 5;
  private static final String WRONG = "not-the-password";

  private final String queue = TestBroker.uniqueName("refused");

  /** An application that is started, given where the broker is and a queue's name. */
  interface Application {
    AppProcess start(String uri, String queue);
  }

  static Stream<Named<Application>> applications() {
    return Stream.of(
        Named.of("worker", (uri, q) -> WorkerProcess.on(uri).queue(q, CONFIGURED).start()),
        Named.of("producer", (uri, q) -> ProducerProcess.on(uri).queue(q, CONFIGURED).start()));
  }

  @ParameterizedTest
  @MethodSource("applications")
  void aQueueWithAnotherBoundIsNamedWithBothValues(Application application) {
    String uri = TestBroker.shared().uri();
    declare(uri, new QueueSettings(7, QueueType.CLASSIC, null));
    try (AppProcess process = application.start(uri, queue)) {
      assertThat(process.awaitExit()).isNotZero();
      assertThat(explanation(process))
          .contains(queue)
          .contains("x-max-length")
          .contains("7")
          .contains(String.valueOf(CONFIGURED));
      assertThat(process.log()).doesNotContain("\tat ");
    }
  }

  @ParameterizedTest
  @MethodSource("applications")
  void aQueueOfAnotherTypeIsNamedWithBothTypes(Application application) {
    String uri = TestBroker.shared().uri();
    declare(uri, new QueueSettings(CONFIGURED, QueueType.QUORUM, null));
    try (AppProcess process = application.start(uri, queue)) {
      assertThat(process.awaitExit()).isNotZero();
      assertThat(explanation(process))
          .contains(queue)
          .contains("type")
          .contains("quorum")
          .contains("classic");
      assertThat(process.log()).doesNotContain("\tat ");
    }
  }

  @ParameterizedTest
  @MethodSource("applications")
  void aWrongPasswordIsRefusedWithoutBeingShown(Application application) {
    String uri = TestBroker.shared().uri(TestBroker.USER, WRONG);
    try (AppProcess process = application.start(uri, queue)) {
      assertThat(process.awaitExit()).isNotZero();
      assertThat(explanation(process)).contains(TestBroker.USER).contains("ACCESS_REFUSED");
      assertThat(process.log()).doesNotContain(WRONG).doesNotContain("\tat ");
    }
  }

  @ParameterizedTest
  @MethodSource("applications")
  void aVirtualHostThatDoesNotExistIsNamed(Application application) {
    String uri = TestBroker.shared().uri() + "/no-such-vhost";
    try (AppProcess process = application.start(uri, queue)) {
      assertThat(process.awaitExit()).isNotZero();
      assertThat(explanation(process)).contains("no-such-vhost");
      assertThat(process.log()).doesNotContain("\tat ");
    }
  }

  private void declare(String uri, QueueSettings settings) {
    try (Warren warren =
        Warren.connect(uri, WarrenSettings.defaults().withQueue(queue, settings))) {
      assertThat(warren.pool(queue).queue().isEmpty()).isTrue();
    }
  }

  /** The one line that says why, as Spring Boot prints what stops a start. */
  private static String explanation(AppProcess process) {
    List<String> lines =
        process.log().lines().filter(line -> line.startsWith("Warren does not start: ")).toList();
    assertThat(lines).hasSize(1);
    return lines.get(0);
  }
}
