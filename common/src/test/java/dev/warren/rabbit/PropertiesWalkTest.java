package dev.warren.rabbit;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.impl.AMQImpl;
import dev.warren.WarrenException.EncodingException;
import dev.warren.wire.TaskMessage;
import dev.warren.wire.WireFormat;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is said of a message's properties without reading or writing them is so. */
class PropertiesWalkTest {

  private static final int MESSAGES = 2_500;
  private static final int MUTANTS = 20;
  private static final int SMALL = 4_000;

  private final Random random = new Random(7);
  private final RandomProperties some = new RandomProperties(random);

  @Test
  void theClientReadsWhateverIsSaidToBeReadable() throws IOException {
    int sure = 0;
    int sureOfMutants = 0;
    for (int i = 0; i < MESSAGES; i++) {
      byte[] frame = frame(some.next());
      if (frame != null && frame.length <= SMALL) {
        sure += isRightOf(frame) ? 1 : 0;
        for (int m = 0; m < MUTANTS; m++) {
          sureOfMutants += isRightOf(mutant(frame)) ? 1 : 0;
        }
      }
    }
    assertThat(sure).isGreaterThan(MESSAGES / 4); // else this has tested nothing
    assertThat(sureOfMutants).isGreaterThan(MESSAGES / 4);
  }

  @Test
  void theClientReadsWhateverIsSaidToBeReadableOfNoise() throws IOException {
    for (int i = 0; i < 100_000; i++) {
      byte[] noise = new byte[random.nextInt(60)];
      random.nextBytes(noise);
      if (noise.length > 14) { // as far as the flags it has to look right, or nothing is tried
        noise[0] = 0;
        noise[1] = 60;
        noise[13] &= (byte) 0xFC;
      }
      isRightOf(noise);
    }
  }

  @Test
  void theMessagesOfEveryDayNeedNoSecondLook() throws IOException {
    WireFormat wire = new WireFormat(1_000);
    TaskMessage task = TaskMessage.of("id", "t", List.of(), Map.of()).replyingTo("q");
    BasicProperties properties = AmqpMessages.properties(wire.writeTask(task));

    assertThat(PropertiesWalk.isSurelyReadable(frame(properties))).isTrue();
    assertThat(PropertiesWalk.isSurelyReadable(frame(new BasicProperties()))).isTrue();
    assertThat(AmqpMessages.surelyFits(properties, SMALL)).isTrue();
  }

  @Test
  void whatIsNestedDeepGetsTheSecondLook() throws IOException {
    Map<String, Object> headers = Map.of("deep", 1);
    for (int i = 0; i < 40; i++) {
      headers = Map.of("deeper", headers);
    }
    BasicProperties properties = new BasicProperties.Builder().headers(headers).build();

    assertThat(PropertiesWalk.isSurelyReadable(frame(properties))).isFalse();
  }

  @Test
  void whatIsSaidToFitFits() {
    int sure = 0;
    for (int i = 0; i < MESSAGES; i++) {
      BasicProperties properties = some.next();
      if (AmqpMessages.surelyFits(properties, SMALL)) {
        sure++;
        assertThat(AmqpMessages.size(properties)).isLessThanOrEqualTo(SMALL);
      }
    }
    assertThat(sure).isGreaterThan(MESSAGES / 4);
  }

  @Test
  void aHeaderWithoutANameIsNotSaidToFit() {
    Map<String, Object> headers = new HashMap<>();
    headers.put(null, 1);
    assertThat(
            AmqpMessages.surelyFits(new BasicProperties.Builder().headers(headers).build(), SMALL))
        .isFalse();
  }

  @Test
  void aShortStringIsMeasuredInBytes() {
    assertThat(AmqpMessages.fitsShortString("a".repeat(255))).isTrue();
    assertThat(AmqpMessages.fitsShortString("a".repeat(256))).isFalse();
    assertThat(AmqpMessages.fitsShortString("\u20ac".repeat(85))).isTrue();
    assertThat(AmqpMessages.fitsShortString("\u20ac".repeat(86))).isFalse();
  }

  /** Whether the walk was sure; fails if it was and ought not to have been. */
  private static boolean isRightOf(byte[] frame) throws IOException {
    boolean sure = PropertiesWalk.isSurelyReadable(frame);
    if (sure) {
      AMQImpl.readContentHeaderFrom(new DataInputStream(new ByteArrayInputStream(frame)));
    }
    return sure;
  }

  private byte[] mutant(byte[] frame) {
    byte[] mutant =
        random.nextInt(4) == 0
            ? Arrays.copyOf(frame, random.nextInt(frame.length + 8))
            : frame.clone();
    for (int i = random.nextInt(3); i >= 0 && mutant.length > 0; i--) {
      int at = random.nextInt(mutant.length);
      mutant[at] =
          random.nextBoolean() ? (byte) random.nextInt() : (byte) (mutant[at] + random.nextInt(3));
    }
    return mutant;
  }

  private static byte[] frame(BasicProperties properties) throws IOException {
    try {
      AmqpMessages.size(properties);
    } catch (EncodingException e) {
      return null; // nobody can send it
    }
    return properties.toFrame(1, 0).getPayload();
  }
}
