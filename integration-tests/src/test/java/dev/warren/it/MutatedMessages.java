package dev.warren.it;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.zip.DeflaterOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Messages as Celery's clients send them, captured from Celery 5.2.6, with something in them
 * changed at random. What they call ends at once, so that each has an end to wait for.
 */
final class MutatedMessages {

  /** A message, with the correlation id that its answer carries. */
  record Mutated(String correlationId, BasicProperties properties, byte[] body) {}

  private static final String STEP =
      "{\"task\": \"text.word_count\", \"args\": [\"a b\"], \"kwargs\": {}, \"options\": {\"task_id\":"
          + " \"%s\"}, \"subtask_type\": null, \"immutable\": true}";

  /** Deeper ones lose their properties, and with them what tells them apart. */
  private static final int MOST_NESTED = 30;

  private final Random random;
  private final String replyTo;

  MutatedMessages(long seed, String replyTo) {
    this.random = new Random(seed);
    this.replyTo = replyTo;
  }

  /** The next one. */
  Mutated next() {
    String id = UUID.randomUUID().toString();
    Map<String, @Nullable Object> headers = CeleryHeaders.of("text.word_count", id);
    BasicProperties.Builder properties =
        new BasicProperties.Builder()
            .contentType("application/json")
            .contentEncoding("utf-8")
            .deliveryMode(2)
            .priority(0)
            .correlationId(id)
            .replyTo(replyTo);
    byte[] body = body(id, headers);
    int changes = random.nextInt(4); // one in four stays as it is
    for (int i = 0; i < changes; i++) {
      switch (random.nextInt(6)) {
        case 0 -> mutate(headers);
        case 1 -> properties.contentType(pick("application/json", "text/plain", "", "\u0000"));
        case 2 -> properties.contentEncoding(pick("utf-8", "binary", "latin-1", ""));
        default -> body = mutate(body);
      }
    }
    return new Mutated(id, properties.headers(headers).build(), body);
  }

  private byte[] body(String id, Map<String, @Nullable Object> headers) {
    String step = STEP.formatted(UUID.randomUUID());
    return switch (random.nextInt(7)) {
      case 0 -> utf8("[[\"the quick brown fox\"], {}, {\"callbacks\": null, \"chain\": null}]");
      case 1 ->
          utf8(
              "[[], {\"text\": \"größer als \\u20ac\"}, {\"chain\": [%s, %s]}]"
                  .formatted(step, step));
      case 2 ->
          utf8("[[\"a\"], {}, {\"callbacks\": [%s], \"errbacks\": [%s]}]".formatted(step, step));
      case 3 -> {
        headers.put("task", "celery.starmap");
        yield utf8("[[], {\"task\": %s, \"it\": [[\"a\"], [\"b c\"]]}, {}]".formatted(step));
      }
      case 4 -> {
        headers.put("compression", "application/x-gzip");
        yield zlib(utf8("[[\"" + "the quick brown fox ".repeat(20) + "\"], {}, null]"));
      }
      case 5 -> {
        headers.keySet().removeIf(name -> random.nextBoolean() || name.equals("task"));
        yield utf8(
            ("{\"task\": \"text.word_count\", \"id\": \"%s\", \"args\": [\"a b\"], \"kwargs\": {},"
                    + " \"retries\": 0, \"eta\": null, \"expires\": null, \"utc\": true,"
                    + " \"callbacks\": [%s], \"errbacks\": null, \"timelimit\": [null, null]}")
                .formatted(id, step));
      }
      default -> {
        headers.put("task", "demo.fail");
        yield utf8(
            "[[{\"__type__\": \"decimal\", \"__value__\": \"1.5\"}], {}, {\"errbacks\": [%s]}]"
                .formatted(step));
      }
    };
  }

  private void mutate(Map<String, @Nullable Object> headers) {
    if (headers.isEmpty()) {
      return;
    }
    String name = new ArrayList<>(headers.keySet()).get(random.nextInt(headers.size()));
    switch (random.nextInt(8)) {
      case 0 -> headers.remove(name);
      case 1 -> headers.put(name, null);
      case 2 -> headers.put(name, random.nextInt());
      case 3 -> headers.put(name, "x".repeat(random.nextInt(400)));
      case 4 -> headers.put(name, List.of(random.nextBoolean(), "a", Map.of("b", 1.5)));
      case 5 ->
          headers.put(name, Map.of("deep", MalformedMessages.nested(random.nextInt(MOST_NESTED))));
      case 6 -> headers.put(name, new byte[] {(byte) 0xFF, 0, 1});
      default -> headers.put("timelimit", List.of(random.nextInt(9) - 4, 1e300));
    }
  }

  private byte[] mutate(byte[] body) {
    if (body.length == 0) {
      return new byte[] {(byte) random.nextInt()};
    }
    int at = random.nextInt(body.length);
    switch (random.nextInt(5)) {
      case 0 -> {
        return Arrays.copyOf(body, at);
      }
      case 1 -> {
        return Arrays.copyOfRange(body, at, body.length);
      }
      case 2 -> {
        ByteArrayOutputStream twice = new ByteArrayOutputStream();
        twice.write(body, 0, at);
        twice.writeBytes(body);
        return twice.toByteArray();
      }
      case 3 -> {
        byte[] changed = body.clone();
        changed[at] = pick("\"", "[", "]", "{", "}", ",", ":", "0", "\\").getBytes()[0];
        return changed;
      }
      default -> {
        byte[] changed = body.clone();
        changed[at] ^= (byte) (1 << random.nextInt(8));
        return changed;
      }
    }
  }

  private String pick(String... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] zlib(byte[] body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DeflaterOutputStream zlib = new DeflaterOutputStream(bytes)) {
      zlib.write(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
