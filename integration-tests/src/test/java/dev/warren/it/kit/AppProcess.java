package dev.warren.it.kit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One of Warren's applications as a JVM of its own; dead when it is closed. */
public abstract class AppProcess implements AutoCloseable {

  /** A small heap on purpose: what a process takes must be bounded whatever comes in. */
  private static final List<String> JVM =
      List.of("-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto");

  private final LoggedProcess process;

  AppProcess(String name, List<String> program, Map<String, String> settings) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(JVM);
    command.addAll(program);
    settings.forEach((property, value) -> command.add("--" + property + "=" + value));
    ProcessBuilder builder = new ProcessBuilder(command);
    // What a developer has set for himself must not steer the applications under test.
    builder
        .environment()
        .keySet()
        .removeIf(
            v -> v.startsWith("WARREN_") || v.startsWith("SPRING_") || v.equals("SERVER_PORT"));
    this.process = LoggedProcess.start(name, builder);
  }

  /** Its process id. */
  public long pid() {
    return process.pid();
  }

  /** Whether the process is there. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** All that it has logged so far. */
  public String log() {
    return process.log();
  }

  /** Fails with the log's end if the process has ended. */
  void mustBeAlive() {
    process.mustBeAlive();
  }

  /** Ends it as a crash does. */
  public void kill9() {
    Signals.send(Signals.KILL, pid());
    process.awaitExit(Deadline.APP_STOP);
  }

  /** Calls back as soon as it has ended, on a thread of the kit's. */
  public void whenEnded(Runnable action) {
    process.whenEnded(action);
  }

  /** Asks it to end; returns at once. */
  public void sigterm() {
    Signals.send(Signals.TERM, pid());
  }

  /** Stops it in its tracks. */
  public void sigstop() {
    Signals.send(Signals.STOP, pid());
  }

  /** Lets it go on. */
  public void sigcont() {
    Signals.send(Signals.CONT, pid());
  }

  /** Waits for its end; the exit code is 128 + n after signal n. */
  public int awaitExit() {
    return awaitExit(Deadline.APP_STOP);
  }

  /** As {@link #awaitExit()}, with another limit. */
  public int awaitExit(Duration limit) {
    return process.awaitExit(limit);
  }

  @Override
  public void close() {
    process.destroyTree();
  }

  /** What to start an application with. */
  abstract static class Spec<S extends Spec<S>> {

    final Map<String, String> settings = new LinkedHashMap<>();

    Spec(String uri) {
      set("spring.rabbitmq.addresses", uri);
    }

    /** Sets one of the application's properties. */
    public S set(String property, Object value) {
      settings.put(property, String.valueOf(value));
      return self();
    }

    /** Makes this the queue of all tasks. */
    public S queue(String name) {
      return set("warren.default-queue", name);
    }

    /** Makes this the queue of all tasks, in which at most so many wait. */
    public S queue(String name, int maxLength) {
      return queue(name).set("warren.queues." + name + ".max-length", maxLength);
    }

    abstract S self();
  }
}
