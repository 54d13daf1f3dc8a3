package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.WorkerPool;
import dev.warren.it.kit.ProjectFiles;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Real work on real files: {@code pool.map} over two worker processes counts as {@code wc -w}. */
class WordCountTest {

  private static final TaskRef<Integer> WORD_COUNT = TaskRef.of("text.word_count", Integer.class);
  private static final Path LICENCES = Path.of("/usr/share/common-licenses");

  @Test
  void aMapOverRealTextsCountsAsWcDoes() throws Exception {
    String uri = TestBroker.shared().uri();
    String queue = TestBroker.uniqueName("word-count");
    List<Path> files = texts();
    List<String> texts = new ArrayList<>();
    for (Path file : files) {
      texts.add(Files.readString(file));
    }
    try (WorkerProcess first = WorkerProcess.on(uri).queue(queue).start();
        WorkerProcess second = WorkerProcess.on(uri).queue(queue).startReady();
        Warren warren = Warren.connect(uri)) {
      first.awaitReady();
      WorkerPool pool = warren.pool(queue);
      assertThat(pool.queue().consumers()).as("slots of both workers").isEqualTo(4);

      assertThat(pool.map(WORD_COUNT, texts)).isEqualTo(countedByWc(files));
      assertThat(second.isAlive()).isTrue();
    }
  }

  /** The licences that Debian installs; elsewhere this project's own texts. */
  private static List<Path> texts() throws IOException {
    Path folder = Files.isDirectory(LICENCES) ? LICENCES : ProjectFiles.module("docs");
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> texts = files.filter(Files::isRegularFile).sorted().toList();
      assertThat(texts).isNotEmpty();
      return texts;
    }
  }

  private static List<Integer> countedByWc(List<Path> files) throws Exception {
    List<Integer> counts = new ArrayList<>();
    for (Path file : files) {
      ProcessBuilder wc = new ProcessBuilder("wc", "-w", file.toString());
      wc.environment().put("LC_ALL", "C.UTF-8");
      Process process = wc.start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).isZero();
      counts.add(Integer.parseInt(output.strip().split("\\s+")[0]));
    }
    return counts;
  }
}
