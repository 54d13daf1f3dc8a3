package dev.warren.producer.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.WarrenException.EncodingException;
import dev.warren.producer.store.Claim;
import dev.warren.producer.store.GroupPart;
import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskId;
import dev.warren.producer.store.TaskOptions;
import dev.warren.wire.TaskMessage;
import dev.warren.wire.WireFormat;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartCutterTest {

  private static final int MAX = 1024;
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  private final WireFormat wire = new WireFormat(MAX);
  private final List<PartCutter.Part> parts = new ArrayList<>();

  @Test
  void aPartHasAsManyItemsAsAChunkMayHave() {
    PartCutter cutter = cutter(3, false);

    IntStream.range(0, 8).forEach(i -> cutter.add(Integer.toString(i)));
    cutter.end();

    assertThat(parts)
        .extracting(PartCutter.Part::args)
        .containsExactly("[0,1,2]", "[3,4,5]", "[6,7]");
    assertThat(parts).extracting(PartCutter.Part::first).containsExactly(0, 3, 6);
    assertThat(parts).extracting(PartCutter.Part::items).containsExactly(3, 3, 2);
  }

  @Test
  void noItemsMakeNoPart() {
    cutter(3, false).end();

    assertThat(parts).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void everyPartFitsIntoAMessageAndNoneIsCutTooEarly(boolean star) {
    PartCutter cutter = cutter(1000, star);
    Random random = new Random(42);
    List<String> items = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      String text = "\"" + "ä\\n".repeat(random.nextInt(60)) + "\"";
      items.add(star ? "[" + text + "]" : text);
    }

    items.forEach(cutter::add);
    cutter.end();

    assertThat(parts).hasSizeGreaterThan(50);
    for (int i = 0; i < parts.size(); i++) {
      PartCutter.Part part = parts.get(i);
      assertThat(bytes(part.args(), part.items(), star)).isLessThanOrEqualTo(MAX);
      int end = part.first() + part.items();
      assertThat(part.args())
          .isEqualTo("[" + String.join(",", items.subList(part.first(), end)) + "]");
      if (end < items.size()) {
        String more =
            part.args().substring(0, part.args().length() - 1) + "," + items.get(end) + "]";
        assertThatThrownBy(() -> bytes(more, part.items() + 1, star))
            .isInstanceOf(EncodingException.class);
      }
    }
  }

  @Test
  void anItemIsRefusedExactlyIfNoMessageCanHoldIt() {
    int room = MAX - bytes("[\"\"]", 1, false);
    PartCutter cutter = cutter(10, false);

    cutter.add("\"" + "x".repeat(room) + "\"");
    assertThatThrownBy(() -> cutter.add("\"" + "x".repeat(room + 1) + "\""))
        .isInstanceOf(EncodingException.class)
        .hasMessageContaining("1025 bytes")
        .hasMessageContaining("warren.max-message-bytes");
    cutter.end();

    assertThat(parts).hasSize(1);
    assertThat(bytes(parts.get(0).args(), 1, false)).isEqualTo(MAX);
  }

  private PartCutter cutter(int chunkSize, boolean star) {
    NewGroup group = new NewGroup("a.task", "tasks", TaskOptions.NONE, star, chunkSize);
    return new PartCutter(group, MAX, wire, parts::add);
  }

  /** As the relay sends it. */
  private int bytes(String args, int items, boolean star) {
    GroupPart part = new GroupPart(UUID.randomUUID(), 0, items, 0, 0, 0, star);
    StoredTask task =
        StoredTask.submitted(
            TaskId.nextPart(NOW.toEpochMilli()), "a.task", "tasks", TaskOptions.NONE, NOW, part);
    TaskMessage message = PartMessage.of(new Claim(task, args, "{}", NOW), part, wire.mapper());
    return wire.writeTask(message).body().length;
  }
}
