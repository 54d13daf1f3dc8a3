package dev.warren.producer.dispatch;

import dev.warren.WarrenException.EncodingException;
import dev.warren.wire.ChunkMessage;
import dev.warren.wire.WireFormat;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/**
 * Cuts the items of a group into parts: each as many items as a chunk may have, or fewer where
 * their message would be too large. Not thread-safe.
 */
final class PartCutter {

  private static final String ANY_ID = "00000000-0000-0000-0000-000000000000";

  /**
   * Some items, one after the other in the group.
   *
   * @param first the index of the first one
   * @param items how many
   * @param args their JSON, an array
   * @param bytes of the JSON in UTF-8
   */
  record Part(int first, int items, String args, int bytes) {}

  private final int chunkSize;
  private final int maxBytes;
  private final int aroundOne; // bytes of a message but for its items
  private final int aroundMany;
  private final Consumer<Part> parts;
  private final StringBuilder args = new StringBuilder();
  private int bytes;
  private int first;
  private int items;

  /**
   * @param maxBytes largest body of a message
   * @param parts gets each part, in order; what it throws ends the cutting
   */
  PartCutter(NewGroup group, int maxBytes, WireFormat wire, Consumer<Part> parts) {
    this.chunkSize = group.chunkSize();
    this.maxBytes = maxBytes;
    this.parts = parts;
    String task = group.task();
    boolean star = group.star();
    this.aroundMany =
        wire.writeTask(ChunkMessage.ofMany(ANY_ID, task, List.of(), star)).body().length;
    this.aroundOne =
        wire.writeTask(ChunkMessage.of(ANY_ID, task, List.of(List.of()), star)).body().length
            - "[]".length();
  }

  /**
   * The next item.
   *
   * @param json the item, as it will be sent
   * @throws EncodingException if no message can hold it
   */
  void add(String json) {
    int more = json.getBytes(StandardCharsets.UTF_8).length;
    if (aroundOne + more > maxBytes) {
      throw new EncodingException(
          "the item needs a message of %d bytes, more than warren.max-message-bytes allows (%d)"
              .formatted(aroundOne + more, maxBytes),
          null);
    }
    if (items == chunkSize || items > 0 && (long) aroundMany + bytes + 1 + more > maxBytes) {
      cut();
    }
    args.append(items == 0 ? "[" : ",").append(json);
    bytes += items == 0 ? more : more + 1;
    items++;
  }

  /** There are no more. */
  void end() {
    if (items > 0) {
      cut();
    }
  }

  private void cut() {
    parts.accept(new Part(first, items, args.append(']').toString(), bytes));
    args.setLength(0);
    first += items;
    items = 0;
    bytes = 0;
  }
}
