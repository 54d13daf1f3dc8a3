package dev.warren.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is read in one pass is what is read through a tree, errors and all. */
class PlainBodiesTest {

  private static final int MUTANTS = 400;
  private static final String PARTS = "[]{},:\"\\ 0123456789.-eatrufslnx\u00e9";

  /** A content type with a parameter takes the way through a tree. */
  private static final String THROUGH_TREE = "application/json; charset=utf-8";

  private static final List<String> TASKS =
      List.of(
          "[[1], {}, {\"callbacks\": null, \"errbacks\": null, \"chain\": null, \"chord\": null}]",
          "[[\"a\", null, true, false, 1.50, -7, 12345678901, 123456789012345678901, [1, {\"b\": 2}]],"
              + " {\"c\": 1, \"d\": {\"e\": []}, \"c\": 3}, {}]",
          "[[], {}, null]",
          "[[], null, {}]",
          "[[], {}, {\"chain\": [{\"task\": \"t\", \"args\": [1], \"kwargs\": {\"f\": 1}}], \"chain\": null}]",
          "[[], {}, {\"callbacks\": [{\"task\": \"t\"}], \"chord\": {\"task\": \"u\"}}]",
          "[[], {}]",
          "[[1e89012345678901], {}, {}]",
          "[[], {}, {}] 1",
          "[[{\"__type__\": \"decimal\", \"__value__\": \"1\"}], {}, {}]",
          "\ufeff[[], {}, {}]",
          "[[" + "[".repeat(130) + "]".repeat(130) + "], {}, {}]",
          "[[" + "9".repeat(500) + "], {}, {}]",
          "{\"task\": \"t\", \"id\": \"i\", \"args\": [1]}",
          "");

  private static final List<String> REPLIES =
      List.of(
          "{\"task_id\": \"i\", \"status\": \"SUCCESS\", \"result\": {\"a\": [1, 2.50]}, \"traceback\": null,"
              + " \"children\": [], \"worker\": \"w\", \"retries\": 2, \"date_started\":"
              + " \"2026-11-22T08:19:55.064350Z\", \"date_done\": \"2026-11-22T08:19:55\"}",
          "{\"task_id\": \"i\", \"status\": \"SUCCESS\", \"result\": null, \"worker\": null,"
              + " \"children\": [[[\"x\", null], null]], \"group_id\": null}",
          "{\"task_id\": \"i\", \"status\": \"SUCCESS\", \"retries\": 99999999999, \"result\": 1}",
          "{\"task_id\": 1, \"status\": \"SUCCESS\", \"retries\": \"1\", \"result\": 1}",
          "{\"task_id\": \"i\", \"status\": \"SUCCESS\"}",
          "{\"task_id\": \"i\", \"status\": \"FAILURE\", \"result\": {\"exc_type\": \"E\","
              + " \"exc_message\": [\"m\"]}, \"traceback\": \"t\", \"warren_partial\": [1]}",
          "{\"task_id\": \"i\", \"status\": \"SUCCESS\", \"result\": 1, \"warren_due\":"
              + " \"2026-11-22T08:19:55Z\"}",
          "[]");

  private final WireFormat wire = new WireFormat(2_000);
  private final Random random = new Random(7);

  @Test
  void tasks() {
    for (String body : TASKS) {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      compareTasks(bytes);
      for (int i = 0; i < MUTANTS; i++) {
        compareTasks(mutant(bytes));
      }
    }
  }

  private void compareTasks(byte[] body) {
    assertThat(wire.readTask(message(Json.CONTENT_TYPE, body)))
        .as(() -> new String(body, StandardCharsets.UTF_8))
        .isEqualTo(wire.readTask(message(THROUGH_TREE, body)));
  }

  @Test
  void replies() {
    for (String body : REPLIES) {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      compareReplies(bytes);
      for (int i = 0; i < MUTANTS; i++) {
        compareReplies(mutant(bytes));
      }
    }
  }

  private void compareReplies(byte[] body) {
    assertThat(wire.readReply(message(Json.CONTENT_TYPE, body)))
        .as(() -> new String(body, StandardCharsets.UTF_8))
        .isEqualTo(wire.readReply(message(THROUGH_TREE, body)));
  }

  @Test
  void thoseOfEveryDayTakeTheOnePass() {
    Json json = new Json(2_000);
    TaskMessage task = TaskMessage.of("i", "t", List.of(1), Map.of("k", "v"));
    ReplyMessage reply = new ReplyMessage("i", TaskStatus.SUCCESS, 1, null, "w", 1, null, null);

    assertThat(TaskBody.of(json, wire.writeTask(task))).isNotNull();
    assertThat(SuccessBody.of(json, wire.writeReply(reply, "i"))).isNotNull();
  }

  private static WireMessage message(String contentType, byte[] body) {
    Map<String, @Nullable Object> headers = new LinkedHashMap<>();
    headers.put("task", "t");
    headers.put("id", "i");
    return new WireMessage(contentType, "utf-8", "i", "q", headers, body);
  }

  private byte[] mutant(byte[] body) {
    byte[] mutant =
        random.nextInt(5) == 0
            ? Arrays.copyOf(body, random.nextInt(body.length + 3))
            : body.clone();
    for (int i = random.nextInt(3); i >= 0 && mutant.length > 0; i--) {
      mutant[random.nextInt(mutant.length)] = (byte) PARTS.charAt(random.nextInt(PARTS.length()));
    }
    return mutant;
  }
}
