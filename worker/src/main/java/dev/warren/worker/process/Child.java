package dev.warren.worker.process;

import dev.warren.Progress;
import dev.warren.process.LastLines;
import dev.warren.worker.process.Frame.Type;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One child, as its worker sees it. Thread-safe; runs one task at a time.
 *
 * <p>What it says is read by whoever waits for it: while it starts a thread of its own, while it
 * runs a task the slot's; in between a look now and then is enough.
 *
 * <ol>
 *   <li><b>C1</b> It is over when its process or its socket ends: then it is killed, if it still
 *       lives, with all processes that it has started, and whoever waits for its task is told.
 *   <li><b>C2</b> Nothing that it prints counts, and nothing it prints is kept but its last lines.
 * </ol>
 */
final class Child {

  private static final Logger log = LoggerFactory.getLogger(Child.class);

  private static final int LAST_WORDS_MILLIS = 200;
  private static final Duration REAP = Duration.ofSeconds(5);

  private final Process process;
  private final ServerSocketChannel door;
  private final int mostBytes;
  private final ChildOutput output;
  private final LastLines last = new LastLines();
  private final long bornAt = System.nanoTime();
  private final CompletableFuture<Void> outputEnd = new CompletableFuture<>();
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final CompletableFuture<String> over = new CompletableFuture<>();
  private final AtomicBoolean ending = new AtomicBoolean();
  private volatile @Nullable Frames frames;
  private volatile @Nullable Attempt attempt; // begins with the monitor held
  private volatile @Nullable String killedBecause;
  private volatile long lastHeard = System.nanoTime();
  private volatile boolean pinged;
  private int tasks; // of whoever has it

  /**
   * A child that was just started.
   *
   * @param process when its standard input ends, its process group is killed
   * @param door where it connects; closed here
   */
  Child(Process process, ServerSocketChannel door, int mostBytes) {
    this.process = process;
    this.door = door;
    this.mostBytes = mostBytes;
    this.output = new ChildOutput(this::toString);
  }

  /** Begins to listen to it; {@code orders} is what it is told first. */
  void attend(Frame orders) {
    daemon("warren-child-output-", this::readOutput);
    daemon("warren-child-", () -> start(orders));
    process
        .onExit()
        .thenRun(
            () -> {
              closeDoor(); // it may end before it has connected
              ended(null);
            });
  }

  private void daemon(String name, Runnable work) {
    Thread thread = new Thread(work, name + process.pid());
    thread.setDaemon(true);
    thread.start();
  }

  long pid() {
    return process.pid();
  }

  /** Completes when it takes tasks; exceptionally with a {@link ChildStartException}. */
  CompletableFuture<Void> ready() {
    return ready;
  }

  /** Completes with how it ended, when it is gone. */
  CompletableFuture<String> over() {
    return over;
  }

  boolean isOver() {
    return ending.get() || killedBecause != null;
  }

  Duration age() {
    return Duration.ofNanos(System.nanoTime() - bornAt);
  }

  /** Tasks that it was given. */
  int tasks() {
    return tasks;
  }

  // --- a task ------------------------------------------------------------------------------------

  /** Has it begin with a task; {@link #run} goes on with it. */
  synchronized Attempt begin(Consumer<Progress> reports) {
    Attempt begun = new Attempt(reports);
    tasks++;
    lastHeard = System.nanoTime();
    attempt = begun;
    return begun;
  }

  /**
   * Gives it the task of an attempt, and waits for the end: the frame DONE.
   *
   * @throws ChildLostException if the child is gone, killed or not
   * @throws InterruptedException if the thread is interrupted; the child is of no more use then
   */
  Frame run(Frame task, Attempt running) throws InterruptedException, ChildLostException {
    Frames socket = frames;
    try {
      if (socket != null) {
        socket.writeInterruptibly(task);
        Frame end = awaitDone(socket, running);
        if (running.decide()) {
          return end;
        } // it is killed
      }
    } catch (IOException | RuntimeException e) {
      ended(e);
    }
    throw lost();
  }

  private Frame awaitDone(Frames socket, Attempt running) throws IOException, InterruptedException {
    while (true) {
      Frame frame = socket.read();
      if (frame.type() == Type.DONE) {
        attempt = null;
        return frame;
      }
      heard(frame, running);
    }
  }

  /** The frame DONE, if it has come already; else null. */
  @Nullable Frame doneAlready(Attempt running) {
    Frames socket = frames;
    try {
      Frame frame = socket == null ? null : socket.poll();
      while (frame != null && frame.type() != Type.DONE) {
        heard(frame, running);
        frame = socket.poll();
      }
      if (frame != null) {
        attempt = null;
      }
      return frame;
    } catch (IOException e) {
      ended(e);
      return null;
    }
  }

  private ChildLostException lost() throws InterruptedException {
    try {
      return new ChildLostException(over.get());
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Says something, if nobody is speaking to it; blocks for no longer than the system does. */
  private boolean offer(Frame frame) {
    Frames to = frames;
    try {
      return to != null && to.offer(frame);
    } catch (IOException e) {
      log.debug("{} does not hear {}", this, frame.type(), e);
      return false;
    }
  }

  // --- signs of life -----------------------------------------------------------------------------

  /**
   * Asks for a sign of life if it has a task, unless it has been asked already; kills it after a
   * long silence.
   */
  void check(Duration silence) {
    Attempt running = attempt;
    if (isOver()) {
      return;
    }
    if (running == null) {
      checkIdle();
    } else if (System.nanoTime() - lastHeard > silence.toNanos()) {
      if (running.decide()) {
        kill("it gave no sign of life for " + silence.toSeconds() + " s");
      }
    } else if (!pinged) {
      pinged = true; // before: the answer may come before the offer returns
      if (!offer(Frame.of(Type.PING))) {
        pinged = false;
      }
    }
  }

  /** Nobody reads what it says between two tasks, were it the end. */
  private synchronized void checkIdle() {
    Frames socket = frames;
    if (socket == null || attempt != null) {
      return;
    }
    try {
      for (Frame frame = socket.poll(); frame != null; frame = socket.poll()) {
        heard(frame, null);
      }
    } catch (IOException e) {
      ended(e);
    }
  }

  // --- its end -----------------------------------------------------------------------------------

  /** Lets it end in good order. */
  void end() {
    offer(Frame.of(Type.END));
  }

  /** Kills it at once, with all that it has started. Takes some milliseconds. */
  void kill(String because) {
    if (over.isDone()) {
      return; // its number may be another's by now
    }
    if (killedBecause == null) {
      killedBecause = because;
    }
    List<ProcessHandle> started = process.descendants().toList();
    process.destroyForcibly();
    dismissGuardian();
    started.forEach(ProcessHandle::destroyForcibly);
    ended(null); // also if the kernel cannot end it
  }

  /** It kills the group: those that lost their parent are in no tree any more, but still in it. */
  private void dismissGuardian() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      log.debug("the process group of {} was not killed", this, e);
    }
  }

  /** Waits until it is gone; false if it is not by then. An interrupt is kept for later. */
  boolean awaitOver(Duration longest) {
    boolean interrupted = Thread.interrupted();
    try {
      over.get(longest.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (InterruptedException e) {
      interrupted = true;
      return over.isDone();
    } catch (ExecutionException | TimeoutException e) {
      return false;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  // --- what it says ------------------------------------------------------------------------------

  private void start(Frame orders) {
    try {
      Frames socket = new Frames(door.accept(), mostBytes);
      frames = socket;
      closeDoor();
      socket.write(orders);
      Frame first = socket.read();
      switch (first.type()) {
        case READY -> ready.complete(null);
        case REFUSED ->
            ready.completeExceptionally(
                new ChildStartException(new String(first.content(), StandardCharsets.UTF_8)));
        default -> throw new IOException("it says " + first.type() + " first");
      }
    } catch (IOException | InterruptedException | RuntimeException e) { // also a closed door
      ended(e);
    } finally {
      closeDoor();
    }
  }

  private void heard(Frame frame, @Nullable Attempt running) {
    lastHeard = System.nanoTime();
    switch (frame.type()) {
      case PROGRESS -> {
        if (running != null) {
          running.progress(TaskFrames.progress(frame));
        }
      }
      case PONG -> pinged = false;
      default -> log.warn("{} says {}, which is not for it to say now", this, frame.type());
    }
  }

  private void ended(@Nullable Exception how) {
    log.debug("the conversation with {} ends", this, how);
    if (ending.compareAndSet(false, true)) {
      daemon("warren-child-end-", this::gone);
    }
  }

  private void gone() {
    @Nullable ExitCode code = null;
    try {
      if (process.isAlive()) {
        process.onExit().get(LAST_WORDS_MILLIS, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      log.debug("{} has closed its socket, and lives", this);
    }
    String because = killedBecause;
    kill("it has closed its socket");
    try {
      outputEnd.get(LAST_WORDS_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      log.debug("{}: somebody else has its output", this);
    }
    try {
      if (process.waitFor(REAP.toMillis(), TimeUnit.MILLISECONDS)) {
        code = new ExitCode(process.exitValue());
      }
    } catch (InterruptedException e) {
      log.debug("{}: nobody waits for its end", this);
    }
    String words = last.toString();
    String told =
        this
            + (code == null ? "" : " ended with " + code)
            + (because == null ? "" : "; it was killed: " + because)
            + (words.isEmpty() ? "" : "; its last lines:\n" + words);
    over.complete(told);
    boolean killed = because == null && code != null && code.isFromOutside();
    ready.completeExceptionally(new ChildStartException(told, killed));
    closeSocket();
  }

  private void closeSocket() {
    Frames socket = frames;
    try {
      if (socket != null) {
        socket.close();
      }
    } catch (IOException e) {
      log.debug("closing the socket of {}", this, e);
    }
  }

  private void closeDoor() {
    try {
      door.close();
    } catch (IOException e) {
      log.debug("closing the door of {}", this, e);
    }
  }

  private void readOutput() {
    try (Reader reader =
        new InputStreamReader(process.getInputStream(), Charset.defaultCharset())) {
      last.readAll(
          reader,
          line -> {
            if (!line.isEmpty()) {
              last.remember(line);
              output.log(line);
            }
          });
    } catch (IOException e) {
      log.debug("the output of {} ends", this, e);
    } finally {
      outputEnd.complete(null);
    }
  }

  @Override
  public String toString() {
    return "child " + process.pid();
  }
}
