package dev.warren.it.store;

import com.zaxxer.hikari.HikariDataSource;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.TestPostgres;
import dev.warren.producer.store.StoreFixture;
import dev.warren.producer.store.TaskStoreContract;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.springframework.jdbc.core.JdbcTemplate;

/** The store's contract, with PostgreSQL. */
@Tag(Ci.FIRST_PASS_ONLY)
class PostgresTaskStoreTest extends TaskStoreContract {

  private final HikariDataSource source =
      StoreFixture.pool(
          TestPostgres.shared().newDatabase(), TestPostgres.USER, TestPostgres.PASSWORD);

  @Override
  protected DataSource emptyDatabase() {
    return StoreFixture.migrated(source);
  }

  @Override
  protected void undoRelease(UUID group) {
    undoingRelease(group).forEach(new JdbcTemplate(source)::execute);
  }

  @AfterEach
  void close() {
    source.close();
  }
}
