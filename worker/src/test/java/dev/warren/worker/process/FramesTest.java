package dev.warren.worker.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.worker.process.Frame.Type;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class FramesTest {

  private static final int MOST = 8 << 20;

  @TempDir private Path folder;
  private SocketChannel raw;
  private Frames here;
  private Frames there;

  @BeforeEach
  void connect() throws IOException {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("socket"));
    try (ServerSocketChannel door = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      door.bind(address);
      raw = SocketChannel.open(address);
      here = new Frames(raw, MOST);
      there = new Frames(door.accept(), MOST);
    }
  }

  @AfterEach
  void close() throws IOException {
    Thread.interrupted();
    here.close();
    there.close();
  }

  @Test
  void framesOfAllSizesArriveAsTheyWereWritten() throws Exception {
    byte[] large = new byte[MOST];
    new Random(1).nextBytes(large);
    CompletableFuture<Void> writing =
        inBackground(
            () -> {
              here.write(Frame.of(Type.PING));
              here.write(new Frame(Type.RUN, large));
              here.write(new Frame(Type.DONE, new byte[] {1, 2}));
            });

    assertThat(there.read().type()).isEqualTo(Type.PING);
    assertThat(there.read().content()).isEqualTo(large);
    assertThat(there.read().content()).containsExactly(1, 2);
    writing.get(10, TimeUnit.SECONDS);
  }

  @Test
  void anInterruptedThreadWritesAllTheSame() throws Exception {
    CompletableFuture<byte[]> read = new CompletableFuture<>();
    inBackground(() -> read.complete(there.read().content()));

    Thread.currentThread().interrupt();
    here.write(new Frame(Type.DONE, new byte[MOST]));

    assertThat(Thread.interrupted()).isTrue();
    assertThat(read.get(10, TimeUnit.SECONDS)).hasSize(MOST);
  }

  @Test
  void anInterruptEndsAWaitForAFrameThatIsReadLater() throws Exception {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> there.read()).isInstanceOf(InterruptedException.class);

    here.write(Frame.of(Type.PONG));

    assertThat(there.read().type()).isEqualTo(Type.PONG);
  }

  @Test
  void anInterruptEndsAWriteThatNobodyReads() {
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> here.writeInterruptibly(new Frame(Type.RUN, new byte[MOST])))
        .isInstanceOf(InterruptedException.class);
  }

  @Test
  void theEndOfTheOtherSideEndsAWaitForAFrame() throws Exception {
    CompletableFuture<Void> reading = inBackground(() -> there.read());

    here.close();

    assertThatThrownBy(() -> reading.get(10, TimeUnit.SECONDS))
        .hasCauseInstanceOf(EOFException.class);
  }

  @Test
  void itsOwnEndEndsAWaitForAFrame() {
    CompletableFuture<Void> reading = inBackground(() -> there.read());

    assertThat(reading).isNotDone();
    assertThatThrownBy(
            () -> {
              there.close();
              reading.get(10, TimeUnit.SECONDS);
            })
        .hasCauseInstanceOf(IOException.class);
  }

  @Test
  void whatIsTooLongIsNoFrame() throws Exception {
    raw.write(ByteBuffer.allocate(5).putInt(MOST + 1).put((byte) 1).flip());

    assertThatThrownBy(() -> there.read()).hasMessageContaining("not a frame");
  }

  @FunctionalInterface
  private interface Work {
    void run() throws Exception;
  }

  private static CompletableFuture<Void> inBackground(Work work) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
                done.complete(null);
              } catch (Throwable e) {
                done.completeExceptionally(e);
              }
            });
    thread.setDaemon(true);
    thread.start();
    return done;
  }
}
