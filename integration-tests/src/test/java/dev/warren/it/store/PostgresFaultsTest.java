package dev.warren.it.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.TestPostgres;
import dev.warren.producer.store.NewRow;
import dev.warren.producer.store.StoreFixture;
import dev.warren.producer.store.StoreUnavailableException;
import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskId;
import dev.warren.producer.store.TaskOptions;
import dev.warren.producer.store.TaskStore;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A database that goes away, and comes back (A5). */
@Tag(Ci.FIRST_PASS_ONLY)
class PostgresFaultsTest {

  private final TestPostgres postgres = TestPostgres.own();
  private final HikariDataSource source =
      StoreFixture.migrated(
          StoreFixture.pool(postgres.newDatabase(), TestPostgres.USER, TestPostgres.PASSWORD));
  private final TaskStore store = StoreFixture.on(source);

  @AfterEach
  void close() {
    source.close();
    postgres.close();
  }

  @Test
  void whatWasCommittedIsThereAfterACrash() {
    UUID id = add();

    postgres.kill9();
    assertUnavailable();
    postgres.start();

    assertTakesTasksAgain();
    assertThat(store.find(id)).isPresent();
  }

  @Test
  void aDatabaseThatIsStoppedTakesNothingAndSaysSo() {
    postgres.stop();

    assertUnavailable();

    postgres.start();
    assertTakesTasksAgain();
  }

  @Test
  void aDatabaseThatHangsHoldsNobody() throws Exception {
    add();
    postgres.freeze();
    try {
      CompletableFuture<UUID> call = CompletableFuture.supplyAsync(this::add);
      assertThatThrownBy(() -> call.get(Deadline.TASK.toSeconds(), TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(StoreUnavailableException.class);
    } finally {
      postgres.thaw();
    }
    assertTakesTasksAgain();
  }

  private void assertUnavailable() {
    assertThatThrownBy(this::add)
        .isInstanceOfSatisfying(
            StoreUnavailableException.class, e -> assertThat(e.isCertain()).isTrue());
    assertThatThrownBy(() -> store.find(TaskId.next(0)))
        .isInstanceOf(StoreUnavailableException.class);
  }

  private void assertTakesTasksAgain() {
    UUID id =
        Deadline.awaitValue(
            "the store takes tasks again",
            Deadline.HEALED,
            () -> {
              try {
                return add();
              } catch (StoreUnavailableException e) {
                return null;
              }
            });
    assertThat(store.find(id)).isPresent();
  }

  private UUID add() {
    Instant now = Instant.now();
    UUID id = TaskId.next(now.toEpochMilli());
    StoredTask task = StoredTask.submitted(id, "t", "q", TaskOptions.NONE, now, null);
    store.add(List.of(new NewRow(task, "[]", "{}", now, true, null)));
    return id;
  }
}
