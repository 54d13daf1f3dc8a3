package dev.warren.it.kit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A worker service. */
public final class WorkerProcess extends AppProcess {

  private static final AtomicInteger COUNT = new AtomicInteger();

  private final String name;
  private final Path readyFile;

  private WorkerProcess(String name, Path readyFile, List<String> program, Spec spec) {
    super(name, program, spec.settings);
    this.name = name;
    this.readyFile = readyFile;
  }

  /** A worker on a broker; two slots unless set otherwise. */
  public static Spec on(String uri) {
    return new Spec(uri);
  }

  /** The name in its replies. */
  public String name() {
    return name;
  }

  /** Whether it says that it is connected and consumes. */
  public boolean isReady() {
    return Files.exists(readyFile);
  }

  /** Waits until it is connected and consumes. */
  public WorkerProcess awaitReady() {
    Deadline.await(
        name + " is ready",
        Deadline.APP_START,
        () -> {
          mustBeAlive();
          return isReady();
        });
    return this;
  }

  /** What to start a worker with. */
  public static final class Spec extends AppProcess.Spec<Spec> {

    private String name = "worker-" + COUNT.incrementAndGet();
    private List<String> program = List.of("-jar", AppJar.WORKER.file().toString());
    private final List<String> jvmOptions = new ArrayList<>();

    private Spec(String uri) {
      super(uri);
      concurrency(2);
    }

    /** Names the worker. */
    public Spec named(String workerName) {
      this.name = workerName;
      return this;
    }

    /** Sets how many tasks run at once. */
    public Spec concurrency(int slots) {
      return set("warren.worker.concurrency", slots);
    }

    /** Starts its JVM with these options as well. */
    public Spec jvm(String... options) {
      jvmOptions.addAll(List.of(options));
      return this;
    }

    /** Starts another application in place of the built-in one. */
    public Spec running(AppJar jar) {
      this.program = List.of("-jar", jar.file().toString());
      return this;
    }

    /**
     * Starts the packaged worker with an application class of these tests in place of its own, as
     * an application of a user is: with the worker as a library.
     */
    public Spec running(Class<?> application) {
      this.program =
          List.of(
              "-cp",
              AppJar.WORKER.file().toString(),
              "-Dloader.path=" + ProjectFiles.module("integration-tests/target/test-classes"),
              "-Dloader.main=" + application.getName(),
              "org.springframework.boot.loader.launch.PropertiesLauncher");
      return set("logging.level.root", "INFO"); // the tests' own logback-test.xml says less
    }

    /** Starts the process and does not wait. */
    public WorkerProcess start() {
      Path readyFile = LoggedProcess.folder().resolve(TestBroker.uniqueName(name) + ".ready");
      set("warren.worker.name", name);
      set("warren.worker.ready-file", readyFile);
      List<String> command = new ArrayList<>(jvmOptions);
      command.addAll(program);
      return new WorkerProcess(name, readyFile, command, this);
    }

    /** Starts the process and waits until it is connected and consumes. */
    public WorkerProcess startReady() {
      WorkerProcess worker = start();
      try {
        return worker.awaitReady();
      } catch (RuntimeException | Error e) {
        worker.close();
        throw e;
      }
    }

    @Override
    Spec self() {
      return this;
    }
  }
}
