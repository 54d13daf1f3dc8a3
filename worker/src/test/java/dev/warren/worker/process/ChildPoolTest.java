package dev.warren.worker.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.rabbit.Threads;
import dev.warren.worker.process.Frame.Type;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With processes that only sleep; this test says in their place that they are ready. */
@Timeout(60)
class ChildPoolTest {

  private static final int MOST_BYTES = 1024;
  private static final Frame ORDERS = Frame.of(Type.ORDERS);

  private final ScheduledExecutorService timer = Threads.scheduler("timer");
  private final List<Process> processes = new ArrayList<>();
  private final List<Frames> lines = new ArrayList<>();
  private final AtomicInteger starts = new AtomicInteger();

  @TempDir private Path folder;

  @AfterEach
  void end() throws IOException {
    timer.shutdownNow();
    processes.forEach(Process::destroyForcibly);
    for (Frames line : lines) {
      line.close();
    }
  }

  @Test
  void aChildThatIsKilledWhileItStartsIsReplacedForWhoeverWaits() throws Exception {
    ChildPool pool = pool(() -> starts.get() < 4 ? killed() : ready());

    Child child = pool.take();

    assertThat(child.isOver()).isFalse();
    assertThat(starts).hasValue(4);
    assertThat(pool.isReady()).isTrue();
  }

  @Test
  void manyThatAreKilledInARowAreAFailure() {
    ChildPool pool = pool(this::killed);

    assertThatThrownBy(pool::take)
        .isInstanceOf(ChildStartException.class)
        .hasMessageContaining("SIGKILL");
    assertThat(starts).hasValue(5);
    assertThat(pool.isReady()).isTrue();
  }

  @Test
  void aStartThatFailsByItselfIsToldToWhoeverWaits() {
    ChildPool pool = pool(this::failing);

    assertThatThrownBy(pool::take)
        .isInstanceOf(ChildStartException.class)
        .hasMessageContaining("exit code 1");
    assertThat(starts).hasValue(1);
  }

  @Test
  void afterFiveFailuresInARowThePoolIsNotReady() {
    ChildPool pool = pool(this::failing);

    for (int i = 0; i < 5; i++) {
      assertThat(pool.isReady()).isTrue();
      assertThatThrownBy(pool::take).isInstanceOf(ChildStartException.class);
    }

    assertThat(pool.isReady()).isFalse();
  }

  @Test
  void aChildThatEndsBetweenTasksIsReplaced() throws Exception {
    ChildPool pool = pool(this::ready);
    Child first = pool.take();
    pool.giveBack(first);

    processes.get(0).destroyForcibly();
    assertThat(first.awaitOver(Duration.ofSeconds(20))).isTrue();

    assertThat(pool.take().pid()).isEqualTo(processes.get(1).pid());
  }

  @Test
  void thereAreAsManyAsWasSaidLastAndNoneWithATaskIsEnded() throws Exception {
    ChildPool pool = pool(this::ready);
    pool.resize(3);
    List<Child> children = List.of(pool.take(), pool.take(), pool.take());

    pool.resize(1);
    assertThat(children).noneMatch(Child::isOver);
    children.forEach(pool::giveBack);

    assertThat(pool.take()).isIn(children);
    assertThat(starts).hasValue(3);
  }

  // --- children ----------------------------------------------------------------------------------

  private ChildPool pool(ChildPool.Launcher launcher) {
    ChildSettings settings =
        new ChildSettings(
            1,
            null,
            null,
            null,
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            List.of(),
            List.of(),
            MOST_BYTES,
            null);
    return new ChildPool(
        settings,
        () -> {
          starts.incrementAndGet();
          return launcher.launch();
        },
        timer);
  }

  private Child killed() throws IOException {
    Child child = child("sleep", "60");
    processes.get(processes.size() - 1).destroyForcibly();
    return child;
  }

  private Child failing() throws IOException {
    return child("sh", "-c", "exit 1");
  }

  private Child ready() throws IOException {
    Child child = child("sleep", "60");
    SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX);
    socket.connect(UnixDomainSocketAddress.of(socket()));
    Frames line = new Frames(socket, MOST_BYTES);
    lines.add(line);
    line.write(Frame.of(Type.READY));
    return child;
  }

  private Child child(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    processes.add(process);
    ServerSocketChannel door = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    door.bind(UnixDomainSocketAddress.of(socket()));
    Child child = new Child(process, door, MOST_BYTES);
    child.attend(ORDERS);
    return child;
  }

  private Path socket() {
    return folder.resolve(String.valueOf(processes.size()));
  }
}
