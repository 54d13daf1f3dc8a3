package dev.warren.it.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.warren.it.kit.ClientProcess;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.ProjectFiles;
import dev.warren.producer.store.StoreFixture;
import dev.warren.producer.store.StoreUnavailableException;
import dev.warren.producer.store.TaskStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A producer that is killed has lost no task that it had accepted (A3). */
class H2CrashTest {

  private static final int COMMITS = 300;
  private static final int MOST_RUNS = 5;
  private static final int ID_LENGTH = 36;

  @TempDir Path folder;

  @Test
  void whatWasCommittedWithTheShippedUrlSurvivesKill9() throws IOException {
    String url = shippedUrl("shipped");

    List<UUID> committed = committedBeforeKill9(url);

    assertThat(committed).hasSizeGreaterThanOrEqualTo(COMMITS);
    assertThat(lost(url, committed)).isEmpty();
  }

  /** The test above sees a loss where there is one. */
  @Test
  void withH2sOwnWriteDelayCommitsAreLost() throws IOException {
    int lost = 0;
    for (int run = 0; lost == 0 && run < MOST_RUNS; run++) {
      String url = shippedUrl("delayed" + run).replace("WRITE_DELAY=0", "WRITE_DELAY=500");
      lost = lost(url, committedBeforeKill9(url)).size();
    }

    assertThat(lost).isPositive();
  }

  private String shippedUrl(String name) throws IOException {
    Properties shipped = new Properties();
    try (InputStream file =
        Files.newInputStream(
            ProjectFiles.module("producer/src/main/resources/application.properties"))) {
      shipped.load(file);
    }
    String url = shipped.getProperty("spring.datasource.url");
    assertThat(url).contains(";WRITE_DELAY=0;");
    return url.replaceFirst(
        "\\$\\{warren\\.producer\\.data:[^}]*}", folder.resolve(name).toString());
  }

  private static List<UUID> committedBeforeKill9(String url) {
    try (ClientProcess program = ClientProcess.start(StoreProgram.class, url)) {
      Deadline.await(
          COMMITS + " commits", Deadline.HEALED, () -> committed(program).size() >= COMMITS);
      program.kill9();
      return committed(program);
    }
  }

  private static List<UUID> committed(ClientProcess program) {
    return program
        .log()
        .lines()
        .filter(line -> line.startsWith(StoreProgram.COMMITTED))
        .map(line -> line.substring(StoreProgram.COMMITTED.length()))
        .filter(id -> id.length() == ID_LENGTH) // the last one may be cut off
        .map(UUID::fromString)
        .toList();
  }

  private static List<UUID> lost(String url, List<UUID> committed) {
    try (HikariDataSource source = new HikariDataSource()) {
      source.setJdbcUrl(url);
      TaskStore store = StoreFixture.on(source);
      return committed.stream().filter(id -> store.find(id).isEmpty()).toList();
    } catch (StoreUnavailableException e) { // not even the tables are there
      return committed;
    }
  }
}
