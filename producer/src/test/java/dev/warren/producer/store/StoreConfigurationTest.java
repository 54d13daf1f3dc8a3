package dev.warren.producer.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.ConfigDataApplicationContextInitializer;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** The store as the shipped settings make it. */
class StoreConfigurationTest {

  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  @TempDir Path folder;

  private final ApplicationContextRunner context =
      new ApplicationContextRunner()
          .withInitializer(new ConfigDataApplicationContextInitializer())
          .withConfiguration(
              AutoConfigurations.of(
                  DataSourceAutoConfiguration.class, FlywayAutoConfiguration.class))
          .withUserConfiguration(StoreConfiguration.class);

  @Test
  void tasksOutliveTheProcess() {
    StoredTask task = task();
    inFolder("data")
        .run(started -> store(started).add(List.of(new NewRow(task, "[]", "{}", NOW, true, null))));

    inFolder("data").run(again -> assertThat(store(again).find(task.id())).contains(task));
  }

  @Test
  void nobodyElseCanReadTheFile() {
    inFolder("data/below")
        .run(
            started -> {
              assertThat(started).hasNotFailed();
              assertThat(permissions("data/below")).isEqualTo("rwx------");
              assertThat(permissions("data/below/producer.mv.db")).isEqualTo("rw-------");
            });
  }

  @Test
  void aRelativeFolderIsBelowTheWorkingDirectory() throws IOException {
    Path here = Path.of("").toAbsolutePath();
    Path data = Files.createTempDirectory(here.resolve("target"), "store");
    context
        .withPropertyValues("warren.producer.data=" + here.relativize(data))
        .run(
            started -> {
              assertThat(started).hasNotFailed();
              assertThat(data.resolve("producer.mv.db")).exists();
            });
  }

  @Test
  void aUrlOfOnesOwnDoesNotLoseWhatTheStoreDependsOn() {
    StoredTask task = task();
    context
        .withPropertyValues("spring.datasource.url=jdbc:h2:file:" + folder.resolve("own/db"))
        .run(
            started -> {
              store(started).add(List.of(new NewRow(task, "[]", "{}", NOW, true, null)));
              assertThat(store(started).find(task.id())).contains(task);
              assertThat(started.getBean(HikariDataSource.class).getJdbcUrl())
                  .contains(";WRITE_DELAY=0");
            });
  }

  @Test
  void aFileThatCannotBeWrittenStopsTheStartAndNamesTheSetting() throws IOException {
    Files.writeString(folder.resolve("file"), "");

    inFolder("file/below").run(failed -> assertStopped(failed, "warren.producer.data"));
  }

  @Test
  void aFileThatIsInUseStopsTheStartAndTellsWhatToDo() throws Exception {
    Path data = Files.createDirectory(folder.resolve("data"));
    Process holder = H2Holder.start(data.resolve("producer"));
    try {
      inFolder("data").run(failed -> assertStopped(failed, "Only one producer at a time"));
    } finally {
      holder.destroyForcibly();
    }
  }

  @Test
  void anotherDatabaseStopsTheStart() {
    context
        .withPropertyValues(
            "spring.datasource.url=jdbc:derby:memory:x",
            "spring.datasource.driver-class-name=org.h2.Driver")
        .run(failed -> assertStopped(failed, "in H2 or in PostgreSQL"));
  }

  @Test
  void theStoreIsHealthyWhileTheDatabaseAnswers() {
    inFolder("data").run(started -> assertThat(health(started)).isEqualTo(Status.UP));
  }

  @Test
  void withoutItsDatabaseTheProducerStartsAndIsNotReady() {
    context
        .withPropertyValues(
            "spring.datasource.url=jdbc:postgresql://127.0.0.1:" + closedPort() + "/x")
        .run(
            started -> {
              assertThat(started).hasNotFailed();
              assertThat(health(started)).isEqualTo(Status.DOWN);
              assertThatThrownBy(() -> store(started).find(task().id()))
                  .isInstanceOfSatisfying(
                      StoreUnavailableException.class, e -> assertThat(e.isCertain()).isTrue());
              assertThatThrownBy(() -> store(started).accept(List.of(task().id())))
                  .isInstanceOfSatisfying(
                      StoreUnavailableException.class, e -> assertThat(e.isCertain()).isTrue());
            });
  }

  private ApplicationContextRunner inFolder(String name) {
    return context.withPropertyValues("warren.producer.data=" + folder.resolve(name));
  }

  private String permissions(String name) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name)));
  }

  private static void assertStopped(AssertableApplicationContext failed, String why) {
    assertThat(failed).hasFailed();
    Throwable cause = failed.getStartupFailure();
    while (!(cause instanceof InvalidConfigurationPropertyValueException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    assertThat(cause)
        .isInstanceOfSatisfying(
            InvalidConfigurationPropertyValueException.class,
            e -> assertThat(e.getReason()).contains(why));
  }

  private static TaskStore store(AssertableApplicationContext context) {
    return context.getBean(TaskStore.class);
  }

  private static Status health(AssertableApplicationContext context) {
    return context.getBean("storeHealthIndicator", HealthIndicator.class).health().getStatus();
  }

  private static StoredTask task() {
    return StoredTask.submitted(TaskId.next(0), "t", "q", TaskOptions.NONE, NOW, null);
  }

  private static int closedPort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
