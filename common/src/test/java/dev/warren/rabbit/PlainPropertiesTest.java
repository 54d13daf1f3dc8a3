package dev.warren.rabbit;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.impl.AMQImpl;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PlainPropertiesTest {

  private static final int MUTATIONS = 300_000;

  @Test
  void whatIsUsualIsSeenToBeReadable() throws IOException {
    assertThat(PlainProperties.areSurelyReadable(payload(usual(3)))).isTrue();
    assertThat(PlainProperties.areSurelyReadable(payload(new BasicProperties()))).isTrue();
    assertThat(
            PlainProperties.areSurelyReadable(
                payload(new BasicProperties.Builder().headers(Map.of()).build())))
        .isTrue();
  }

  @Test
  void whatIsNestedDeeplyIsNotSure() throws IOException {
    assertThat(PlainProperties.areSurelyReadable(payload(usual(40)))).isFalse();
  }

  @Test
  void whatEndsEarlyOrGoesOnIsNotSure() throws IOException {
    byte[] payload = payload(usual(3));

    for (int length = 0; length < payload.length; length++) {
      assertThat(PlainProperties.areSurelyReadable(Arrays.copyOf(payload, length))).isFalse();
    }
    assertThat(PlainProperties.areSurelyReadable(Arrays.copyOf(payload, payload.length + 1)))
        .isFalse();
  }

  /** With a fixed seed: what fails once fails again. */
  @Test
  void whateverItIsSureOfTheClientReads() throws IOException {
    Random random = new Random(7);
    byte[] original = payload(usual(5));
    int sure = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] mutated = original.clone();
      for (int n = random.nextInt(4); n >= 0; n--) {
        mutated[random.nextInt(mutated.length)] =
            (byte)
                (random.nextBoolean()
                    ? random.nextInt(256)
                    : "SIDTFAbdflsutxV".charAt(random.nextInt(15)));
      }
      if (PlainProperties.areSurelyReadable(mutated)) {
        sure++;
        AMQImpl.readContentHeaderFrom(new DataInputStream(new ByteArrayInputStream(mutated)));
      }
    }
    assertThat(sure).isBetween(MUTATIONS / 100, MUTATIONS - 1);
  }

  private static byte[] payload(BasicProperties properties) throws IOException {
    return properties.toFrame(1, 100).getPayload();
  }

  private static BasicProperties usual(int depth) {
    Map<String, Object> headers = new HashMap<>();
    headers.put("text", "täxt");
    headers.put("int", 1);
    headers.put("long", 1L);
    headers.put("short", (short) 1);
    headers.put("byte", (byte) 1);
    headers.put("double", 1.5);
    headers.put("float", 1.5f);
    headers.put("decimal", new BigDecimal("1.5"));
    headers.put("bytes", new byte[] {1, 2});
    headers.put("date", new Date(1_000));
    headers.put("flag", true);
    headers.put("nothing", null);
    headers.put("list", Arrays.asList(1, null, "b", List.of()));
    Map<String, Object> nested = headers;
    for (int i = 0; i < depth; i++) {
      Map<String, Object> inner = new HashMap<>();
      inner.put("list", new ArrayList<>(List.of(1, Map.of("k", "v"))));
      nested.put("table", inner);
      nested = inner;
    }
    return new BasicProperties(
        "application/json",
        "utf-8",
        headers,
        2,
        3,
        "correlation",
        "reply",
        "1000",
        "message",
        new Date(1_000),
        "type",
        "user",
        "app",
        "cluster");
  }
}
