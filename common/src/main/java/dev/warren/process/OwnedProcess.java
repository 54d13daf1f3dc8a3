package dev.warren.process;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One worker process. What it prints is logged here, line by line.
 *
 * <p>It ends with this JVM, in whatever way that ends: an exit hook kills it, and it halts by
 * itself when its standard input ends, which is a pipe from here. Thread-safe.
 */
final class OwnedProcess {

  private static final Logger log = LoggerFactory.getLogger(OwnedProcess.class);

  /** What the processes print: their own logs, and whatever tasks write to standard output. */
  private static final Logger output = LoggerFactory.getLogger("dev.warren.pool.output");

  private static final int LAST_WORDS_MILLIS = 500;

  private static final Set<Process> ALL = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> ALL.forEach(Process::destroyForcibly), "warren-pool-exit"));
  }

  private final Process process;
  private final LastLines last = new LastLines();
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final CompletableFuture<Void> outputEnd = new CompletableFuture<>();

  private volatile boolean late;

  private OwnedProcess(Process process) {
    this.process = process;
  }

  static OwnedProcess start(JvmCommand command, ProcessOrders orders) throws IOException {
    Process process = new ProcessBuilder(command.words()).redirectErrorStream(true).start();
    ALL.add(process);
    process.onExit().thenRun(() -> ALL.remove(process));
    OwnedProcess owned = new OwnedProcess(process);
    Thread reader =
        new Thread(() -> owned.attend(orders.toLine()), "warren-pool-process-" + process.pid());
    reader.setDaemon(true);
    reader.start();
    return owned;
  }

  /** Completes when it takes tasks; never, if it ends before. */
  CompletableFuture<Void> ready() {
    return ready;
  }

  boolean isReady() {
    return ready.isDone();
  }

  /** Completes with the exit code when it is gone and its last words are heard. */
  CompletableFuture<Integer> end() {
    return process
        .onExit()
        .thenCompose( // a child of the process may keep its output open
            gone -> outputEnd.completeOnTimeout(null, LAST_WORDS_MILLIS, TimeUnit.MILLISECONDS))
        .thenApply(heard -> process.exitValue());
  }

  /** Asks it to end. {@link Process#destroy} would cut its standard input as well. */
  void terminate() {
    process.toHandle().destroy();
  }

  void kill() {
    process.destroyForcibly();
  }

  /** It was not ready in time. */
  void killAsLate() {
    late = true;
    kill();
  }

  boolean isLate() {
    return late;
  }

  /** Why it ended, as far as its last lines tell: from where an application says it, or all. */
  String lastWords() {
    String words = last.toString();
    int description = words.lastIndexOf("\nDescription:");
    int refusal = words.lastIndexOf("Warren does not start: ");
    return words.substring(Math.max(0, Math.max(description, refusal))).strip();
  }

  @Override
  public String toString() {
    return "worker process " + process.pid();
  }

  private void attend(String orders) {
    try {
      OutputStream input = process.getOutputStream(); // stays open for as long as this JVM lives
      input.write((orders + "\n").getBytes(StandardCharsets.UTF_8));
      input.flush();
    } catch (IOException e) {
      log.debug("{} took no orders", this, e); // it has ended; its last words say why
    }
    try (Reader output =
        new InputStreamReader(process.getInputStream(), Charset.defaultCharset())) {
      last.readAll(output, this::heard);
    } catch (IOException e) {
      log.debug("{}: its output ends", this, e);
    } finally {
      outputEnd.complete(null);
    }
  }

  private void heard(String line) {
    if (line.equals(ProcessOrders.READY)) {
      ready.complete(null);
    } else if (!line.isEmpty()) {
      last.remember(line);
      output.info("{}: {}", this, line);
    }
  }
}
