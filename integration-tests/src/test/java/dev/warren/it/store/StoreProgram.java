package dev.warren.it.store;

import com.zaxxer.hikari.HikariDataSource;
import dev.warren.producer.store.NewRow;
import dev.warren.producer.store.StoreFixture;
import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskId;
import dev.warren.producer.store.TaskOptions;
import dev.warren.producer.store.TaskStore;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** Adds tasks to a store until it is killed, and tells each one after its commit. */
public final class StoreProgram {

  /** What a line with an id begins with. */
  static final String COMMITTED = "committed ";

  private StoreProgram() {}

  /**
   * @param args the database's URL
   */
  public static void main(String[] args) {
    try (HikariDataSource source = new HikariDataSource()) {
      source.setJdbcUrl(args[0]);
      TaskStore store = StoreFixture.on(StoreFixture.migrated(source));
      while (true) {
        Instant now = Instant.now();
        UUID id = TaskId.next(now.toEpochMilli());
        StoredTask task = StoredTask.submitted(id, "t", "q", TaskOptions.NONE, now, null);
        store.add(List.of(new NewRow(task, "[]", "{}", now, true, null)));
        System.out.println(COMMITTED + id);
      }
    }
  }
}
