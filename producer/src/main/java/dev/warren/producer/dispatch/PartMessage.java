package dev.warren.producer.dispatch;

import dev.warren.producer.store.Claim;
import dev.warren.producer.store.GroupPart;
import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskId;
import dev.warren.wire.ChunkMessage;
import dev.warren.wire.TaskMessage;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a part of a group is sent as: the items that have no outcome yet. */
final class PartMessage {

  private PartMessage() {}

  /**
   * The message: the plain task if one item is left, else a chunk of them that tells the values it
   * has if one fails. Its id tells the part's generation.
   *
   * @param mapper keeps numbers as they are
   */
  static TaskMessage of(Claim claim, GroupPart part, JsonMapper mapper) {
    StoredTask task = claim.task();
    String id = TaskId.inMessage(task.id(), part.generation()).toString();
    List<JsonNode> left = left(mapper.readTree(claim.args()), part);
    TaskMessage message = ChunkMessage.of(id, task.task(), left, part.star());
    return left.size() == 1 ? message : message.wantingPartial();
  }

  private static List<JsonNode> left(JsonNode items, GroupPart part) {
    List<JsonNode> left = new ArrayList<>(part.left());
    for (int i = part.done(); i < items.size(); i++) {
      left.add(items.get(i));
    }
    return left;
  }
}
