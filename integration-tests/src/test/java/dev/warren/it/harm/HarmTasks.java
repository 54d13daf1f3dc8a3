package dev.warren.it.harm;

import dev.warren.worker.Isolation;
import dev.warren.worker.PoolInitializer;
import dev.warren.worker.Task;
import dev.warren.worker.TaskContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.CommandLineRunner;
import org.springframework.stereotype.Component;

/** Tasks that harm the process that runs them. */
@Component
public class HarmTasks implements CommandLineRunner {

  private static final int MEGABYTE = 1 << 20;

  private final CyclicBarrier both = new CyclicBarrier(2);

  private final AtomicInteger preparations = new AtomicInteger();
  private final AtomicInteger ownPreparations = new AtomicInteger();

  private volatile int idle;

  /** Not in a child. */
  @Override
  public void run(String... args) {
    System.out.println("the runner runs in " + ProcessHandle.current().pid());
  }

  /** The process that runs it. */
  @Task("harm.pid")
  public long pid() {
    return ProcessHandle.current().pid();
  }

  /** As above, after a while. */
  @Task("harm.pid_after")
  public long pidAfter(long millis) throws InterruptedException {
    Thread.sleep(millis);
    return pid();
  }

  /** As above, in a process whatever the worker's other tasks do. */
  @Task(value = "harm.apart", isolation = Isolation.PROCESS)
  public long apart() {
    return ProcessHandle.current().pid();
  }

  /** What a process does before its first task. */
  @Task("harm.prepare")
  public void prepare() {
    preparations.incrementAndGet();
  }

  /** The same, without a setting. */
  @PoolInitializer
  public void prepareByItself() {
    ownPreparations.incrementAndGet();
  }

  /** The process that runs it, and how often that was prepared, in both ways. */
  @Task("harm.prepared")
  public List<Long> prepared() {
    return List.of(pid(), preparations.longValue(), ownPreparations.longValue());
  }

  /** The thread that it runs in. */
  @Task("harm.thread")
  public String thread() {
    return Thread.currentThread().toString();
  }

  /** Takes its time. */
  @Task("harm.sleep")
  public long sleep(long millis) throws InterruptedException {
    Thread.sleep(millis);
    return millis;
  }

  /** Its limits are its own. */
  @Task(value = "harm.limited", timeLimit = "1s")
  public void limited() {
    loop();
  }

  /** Tells what it is interrupted by. */
  @Task("harm.heeds")
  public String heeds(TaskContext context) {
    try {
      Thread.sleep(60_000);
      return "slept";
    } catch (InterruptedException e) {
      return "interrupted";
    }
  }

  /** A variable of its process. */
  @Task("harm.environment")
  public @Nullable String environment(String name) {
    return System.getenv(name);
  }

  @Task("harm.exception")
  public void exception() {
    throw new IllegalStateException("harm");
  }

  @Task("harm.error")
  public void error() {
    throw new AssertionError("harm");
  }

  @Task("harm.stack")
  public int stack(int depth) {
    return stack(depth + 1) + 1;
  }

  @Task("harm.memory")
  public int memory() {
    List<byte[]> all = new ArrayList<>();
    while (true) {
      all.add(new byte[MEGABYTE]);
    }
  }

  @Task("harm.exit")
  public void exit() {
    System.exit(7);
  }

  @Task("harm.halt")
  public void halt() {
    Runtime.getRuntime().halt(8);
  }

  /** Sends its own process a signal. */
  @Task("harm.signal")
  public void signal(String name) throws Exception {
    new ProcessBuilder("kill", "-" + name, String.valueOf(ProcessHandle.current().pid()))
        .start()
        .waitFor();
    Thread.sleep(600_000);
  }

  @Task("harm.loop")
  public void loop() {
    System.out.println("harm.loop begins");
    while (true) {
      idle++;
    }
  }

  /** As above; first it makes a file of that name in a folder. */
  @Task("harm.loop_named")
  public void loopNamed(String folder, String name) throws IOException {
    Files.createFile(Path.of(folder, name));
    loop();
  }

  @Task("harm.deadlock")
  public void deadlock() {
    Thread.currentThread().setName("stuck");
    CountDownLatch never = new CountDownLatch(1);
    while (true) {
      try {
        never.await();
      } catch (InterruptedException e) {
        Thread.onSpinWait(); // it does not care
      }
    }
  }

  /** Harms its process the first time, as soon as {@link #beside} runs; then tells which it is. */
  @Task("harm.once")
  public long once(String mark, String neighbour, String harm) throws Exception {
    if (Files.exists(Path.of(mark))) {
      return pid();
    }
    Files.createFile(Path.of(mark));
    while (!Files.exists(Path.of(neighbour))) {
      Thread.sleep(10);
    }
    switch (harm) {
      case "memory" -> memory();
      case "exit" -> exit();
      case "halt" -> halt();
      default -> signal(harm);
    }
    throw new AssertionError("it lives on");
  }

  /** Tells by a file that it runs, and after a while its process. */
  @Task("harm.beside")
  public long beside(String mark, long millis) throws Exception {
    Files.writeString(Path.of(mark), "");
    return pidAfter(millis);
  }

  /** Waits until a second one runs in the same process. */
  @Task("harm.meet")
  public boolean meet() throws Exception {
    both.await(30, TimeUnit.SECONDS);
    return true;
  }

  /** Writes so many megabytes to the standard output. */
  @Task("harm.stdout")
  public int stdout(int megabytes) {
    byte[] line = ("x".repeat(1023) + "\n").getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < megabytes * 1024; i++) {
      System.out.write(line, 0, line.length);
    }
    System.out.flush();
    return megabytes;
  }

  @Task("harm.result")
  public String result(int megabytes) {
    return "x".repeat(megabytes * MEGABYTE);
  }

  @Task("harm.threads")
  public int threads(int count) {
    for (int i = 0; i < count; i++) {
      new Thread(this::deadlock).start();
    }
    return count;
  }

  /** Starts a process that starts another one; both go on. Writes their numbers to a file. */
  @Task("harm.grandchildren")
  public long grandchildren(String file) throws Exception {
    Process process =
        new ProcessBuilder("sh", "-c", "sleep 600 & echo $! $$ > " + file + "; exec sleep 600")
            .start();
    while (!Files.exists(Path.of(file)) || Files.size(Path.of(file)) == 0) {
      Thread.sleep(10);
    }
    return process.pid();
  }

  /** As above, and then never ends. */
  @Task("harm.grandchildren_loop")
  public void grandchildrenLoop(String file) throws Exception {
    grandchildren(file);
    loop();
  }

  /** Says what will be its last words. */
  @Task("harm.words")
  public void words() throws IOException {
    System.out.println("famous last words");
    System.out.flush();
    Runtime.getRuntime().halt(9);
  }
}
