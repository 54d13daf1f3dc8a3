package dev.warren.rabbit;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.impl.LongStringHelper;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Properties of all kinds, from a seed. */
final class RandomProperties {

  private final Random random;

  RandomProperties(Random random) {
    this.random = random;
  }

  BasicProperties next() {
    return new BasicProperties.Builder()
        .contentType(maybe(text(30)))
        .contentEncoding(maybe(text(90)))
        .correlationId(maybe(text(130)))
        .replyTo(maybe(text(260)))
        .expiration(maybe("1000"))
        .messageId(maybe(text(20)))
        .type(maybe(text(20)))
        .userId(maybe(text(20)))
        .appId(maybe(text(20)))
        .deliveryMode(maybe(2))
        .priority(maybe(random.nextInt(256)))
        .timestamp(maybe(new Date(random.nextInt() * 1000L)))
        .headers(maybe(headers()))
        .build();
  }

  private <T> @Nullable T maybe(T value) {
    return random.nextBoolean() ? value : null;
  }

  private Map<String, @Nullable Object> headers() {
    Map<String, @Nullable Object> headers = table(3);
    int deeper = random.nextInt(12) == 0 ? random.nextInt(40) : 0;
    for (int i = 0; i < deeper; i++) {
      Map<String, @Nullable Object> outer = table(1);
      outer.put("deeper", headers);
      headers = outer;
    }
    return headers;
  }

  private Map<String, @Nullable Object> table(int depth) {
    Map<String, @Nullable Object> table = new LinkedHashMap<>();
    for (int i = random.nextInt(6); i >= 0; i--) {
      table.put(text(random.nextInt(20) == 0 ? 120 : 20), value(depth));
    }
    return table;
  }

  private @Nullable Object value(int depth) {
    int kind = random.nextInt(17);
    if (kind >= 15) {
      return depth == 0 ? null : kind % 2 == 0 ? table(depth - 1) : list(depth - 1);
    }
    return switch (kind) {
      case 0 -> random.nextInt();
      case 1 -> random.nextLong();
      case 2 -> (short) random.nextInt();
      case 3 -> (byte) random.nextInt();
      case 4 -> random.nextBoolean();
      case 5 -> random.nextDouble();
      case 6 -> random.nextFloat();
      case 7 -> new Date(random.nextInt() * 1000L);
      case 8 -> text(random.nextInt(30) == 0 ? 60_000 : 60).getBytes(StandardCharsets.UTF_8);
      case 9 -> LongStringHelper.asLongString(text(40));
      case 10 -> new BigDecimal("1.25");
      case 11 -> random.nextInt(20) == 0 ? new StringBuilder("no type of AMQP") : null;
      default -> text(random.nextInt(30) == 0 ? 60_000 : 60);
    };
  }

  private List<@Nullable Object> list(int depth) {
    List<@Nullable Object> list = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      list.add(value(depth));
    }
    return list;
  }

  private String text(int most) {
    String letters = random.nextInt(4) == 0 ? "a\u00e9\u20ac\ud83d\udc30\ud800\ufffd" : "abc-.0";
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(most + 1); i > 0; i--) {
      text.append(letters.charAt(random.nextInt(letters.length())));
    }
    return text.toString();
  }
}
