package dev.warren.producer.store;

import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

class H2TaskStoreTest extends TaskStoreContract {

  private final DataSource source = StoreFixture.migrated(StoreFixture.memorySource());

  @Override
  protected DataSource emptyDatabase() {
    return source;
  }

  @Override
  protected void undoRelease(UUID group) {
    undoingRelease(group).forEach(new JdbcTemplate(source)::execute);
  }
}
