package dev.warren.producer.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class GroupBodyTest {

  private final AtomicLong now = new AtomicLong();
  private final MessageDigest digest = sha256();

  @Test
  void allThatIsReadIsDigested() throws Exception {
    byte[] text = "abcdef".getBytes(StandardCharsets.UTF_8);
    try (GroupBody body = body(new ByteArrayInputStream(text), 6)) {
      assertThat(body.read()).isEqualTo('a');
      assertThat(body.readAllBytes()).hasSize(5);
      assertThat(body.read()).isEqualTo(-1);
    }

    assertThat(digest.digest()).isEqualTo(sha256().digest(text));
  }

  @Test
  void aBodyThatIsLongerThanAllowedIsRefused() {
    GroupBody body = body(new ByteArrayInputStream(new byte[7]), 6);

    assertThatThrownBy(body::readAllBytes)
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("more than 6 bytes (warren.producer.max-group-bytes)");
  }

  @Test
  void aBodyThatDripsIsRefusedWhenItsPatienceIsUsedUp() throws Exception {
    try (GroupBody body = body(slow(Duration.ofSeconds(10), 1), 1000)) {
      body.read();
      body.read();
      body.read();

      assertThatThrownBy(body::read)
          .isInstanceOf(ProblemException.class)
          .hasMessageContaining("32768 bytes a second");
    }
  }

  @Test
  void whoSendsMoreHasMoreTime() throws Exception {
    try (GroupBody body =
        body(slow(Duration.ofSeconds(1), GroupBody.BYTES_A_SECOND), Long.MAX_VALUE)) {
      byte[] chunk = new byte[GroupBody.BYTES_A_SECOND];
      for (int second = 0; second < 1000; second++) {
        assertThat(body.read(chunk, 0, chunk.length)).isEqualTo(chunk.length);
      }
    }
  }

  @Test
  void whatHappensBetweenTheReadsIsNotTheCallersFault() throws Exception {
    try (GroupBody body = body(slow(Duration.ZERO, 1), 1000)) {
      for (int i = 0; i < 100; i++) {
        body.read();
        now.addAndGet(Duration.ofMinutes(1).toNanos());
      }
    }
  }

  @Test
  void aBodyThatStopsIsLate() {
    GroupBody body =
        body(
            new InputStream() {
              @Override
              public int read() throws IOException {
                throw new SocketTimeoutException();
              }
            },
            10);

    assertThatThrownBy(body::read)
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("stopped");
  }

  private GroupBody body(InputStream in, long maxBytes) {
    return new GroupBody(in, maxBytes, digest, now::get);
  }

  private InputStream slow(Duration each, int bytes) {
    return new InputStream() {
      @Override
      public int read() {
        now.addAndGet(each.toNanos());
        return 'x';
      }

      @Override
      public int read(byte[] to, int from, int length) {
        now.addAndGet(each.toNanos());
        return Math.min(bytes, length);
      }
    };
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
