package dev.warren.producer.store;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.boot.jdbc.DatabaseDriver;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.init.DatabasePopulatorUtils;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;

/** Makes stores for tests of other packages. */
public final class StoreFixture {

  private static final String H2 = ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;LOCK_TIMEOUT=3000";

  private StoreFixture() {}

  /** An empty store in this process' memory, of its own; it ends with the process. */
  public static TaskStore memory() {
    return on(migrated(memorySource()));
  }

  /** A store on a database that has its tables. */
  public static TaskStore on(DataSource source) {
    return new JdbcTaskStore(source);
  }

  /** Connections as the producer has them. */
  public static HikariDataSource pool(String url, String user, String password) {
    HikariDataSource pool = new HikariDataSource();
    pool.setJdbcUrl(url);
    pool.setUsername(user);
    pool.setPassword(password);
    pool.setConnectionTimeout(2000);
    pool.setValidationTimeout(1000);
    pool.setInitializationFailTimeout(-1);
    DatabaseSettings.apply(pool);
    return pool;
  }

  /** An empty H2 in this process' memory, without tables. */
  static DataSource memorySource() {
    return new DriverManagerDataSource(
        "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1" + H2);
  }

  /** Makes the tables. */
  public static <T extends DataSource> T migrated(T source) {
    DatabasePopulatorUtils.execute(
        new ResourceDatabasePopulator(
            new ClassPathResource("db/migration/V1__tasks.sql"),
            new ClassPathResource("db/migration-" + vendor(source) + "/V2__indexes.sql"),
            new ClassPathResource("db/migration/V3__soft_time_limit.sql")),
        source);
    return source;
  }

  private static String vendor(DataSource source) {
    try (Connection connection = source.getConnection()) {
      return DatabaseDriver.fromJdbcUrl(connection.getMetaData().getURL()).getId();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
