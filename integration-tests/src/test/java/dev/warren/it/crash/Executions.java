package dev.warren.it.crash;

import dev.warren.it.crash.Event.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The file in which task bodies write down that they run: a line is on the disk before the body
 * goes on. Nothing of Warren has a part in it.
 */
final class Executions {

  private Executions() {}

  /** Appends a line, and returns when it is on the disk. */
  static void write(String file, Kind kind, String key, String id, int attempt) throws IOException {
    String line =
        "%d %s %d %s %s %d%n"
            .formatted(Event.now(), kind, ProcessHandle.current().pid(), key, id, attempt);
    try (FileChannel channel =
        FileChannel.open(Path.of(file), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      channel.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
      channel.force(false);
    }
  }

  /** What a line tells. */
  static Event read(String line) {
    String[] part = line.split(" ");
    return new Event(
        Long.parseLong(part[0]), Kind.valueOf(part[1]), part[2], part[3], part[4], part[5]);
  }
}
