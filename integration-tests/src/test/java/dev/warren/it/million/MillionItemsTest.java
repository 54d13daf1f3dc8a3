package dev.warren.it.million;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.it.kit.Ci;
import dev.warren.it.kit.MainProcess;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A client's memory does not grow with the number of items. Short here; all of the million with
 * {@code -Dwarren.test.items=1000000}, which prints the figures.
 */
@Tag(Ci.SECOND_PASS_ONLY)
class MillionItemsTest {

  private static final int ITEMS = Integer.getInteger("warren.test.items", 20_000);
  private static final Duration LIMIT = Duration.ofSeconds(120 + ITEMS / 250);
  private static final Pattern HEAP = Pattern.compile(".*heap in use: (\\d+) KB");

  /** What a map of a million may take in between: its results, and its largest messages. */
  private static final long MOST_KILOBYTES = 24_000;

  @ParameterizedTest
  @ValueSource(strings = {"map", "imapUnordered"})
  void theHeapStaysFlatHoweverManyItemsThereAre(String way) {
    String uri = TestBroker.shared().uri();
    String queue = TestBroker.uniqueName("million");
    try (WorkerProcess worker = WorkerProcess.on(uri).queue(queue).startReady();
        MainProcess client =
            MainProcess.start(
                "million", MillionClient.class, uri, queue, way, String.valueOf(ITEMS))) {

      assertThat(client.awaitExit(LIMIT)).as(client.log()).isZero();

      List<String> reports =
          client.log().lines().filter(line -> HEAP.matcher(line).matches()).toList();
      System.out.println(String.join("\n", reports));
      long before = kilobytes(reports.get(0));
      assertThat(reports)
          .hasSizeGreaterThan(2)
          .allSatisfy(line -> assertThat(kilobytes(line) - before).isLessThan(MOST_KILOBYTES));
      assertThat(worker.isAlive()).isTrue();
    }
  }

  private static long kilobytes(String report) {
    var found = HEAP.matcher(report);
    assertThat(found.matches()).isTrue();
    return Long.parseLong(found.group(1));
  }
}
