package dev.warren.it.process;

import dev.warren.ProcessPoolSettings;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.WorkerPool;
import dev.warren.worker.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;

/** Tasks that tell of their process, or end it. */
@Component
public class ProcessTasks {

  /** The process id, after some time. */
  public static final TaskRef<Long> PID = TaskRef.of("process.pid", Long.class);

  /** Appends the process id and a text to a file. */
  public static final TaskRef<String> NOTE = TaskRef.of("process.note", String.class);

  /** What others can see of the process: its command line and its environment. */
  public static final TaskRef<String> VISIBLE = TaskRef.of("process.visible", String.class);

  /** Ends the process with an exit code. */
  public static final TaskRef<String> EXIT = TaskRef.of("process.exit", String.class);

  /** Prints a line of so many characters so many times. */
  public static final TaskRef<Long> FLOOD = TaskRef.of("process.flood", Long.class);

  /** The process ids of this process and of one of a pool of its own. */
  public static final TaskRef<List<Long>> NESTED =
      TaskRef.of("process.nested", new TypeReference<>() {});

  /** Runs {@link #PID}. */
  @Task("process.pid")
  public long pid(long millis) throws InterruptedException {
    Thread.sleep(millis);
    return ProcessHandle.current().pid();
  }

  /** Runs {@link #NOTE}. */
  @Task("process.note")
  public String note(String file, String text) throws IOException {
    if (text.equals("fail")) {
      throw new IllegalStateException("told to fail");
    }
    Files.writeString(
        Path.of(file),
        ProcessHandle.current().pid() + " " + text + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
    return text;
  }

  /** Runs {@link #VISIBLE}. */
  @Task("process.visible")
  public String visible() throws IOException {
    return Files.readString(Path.of("/proc/self/cmdline"))
        + Files.readString(Path.of("/proc/self/environ"));
  }

  /** Runs {@link #EXIT}. */
  @Task("process.exit")
  public void exit(int code) {
    System.exit(code);
  }

  /** Runs {@link #FLOOD}. */
  @Task("process.flood")
  public long flood(int lines, int length, boolean ended) {
    String line = "x".repeat(length);
    for (int i = 0; i < lines; i++) {
      System.out.print(ended ? line + "\n" : line);
    }
    System.out.flush();
    return ProcessHandle.current().pid();
  }

  /** Runs {@link #NESTED}. */
  @Task("process.nested")
  public List<Long> nested(String uri) throws InterruptedException {
    try (Warren warren = Warren.connect(uri)) {
      WorkerPool pool = warren.pool(ProcessPoolSettings.of(2).running(ProcessTasks.class));
      long inner = pool.map(PID, List.of(0, 0)).get(0);
      pool.close();
      pool.join();
      return List.of(ProcessHandle.current().pid(), inner);
    }
  }
}
