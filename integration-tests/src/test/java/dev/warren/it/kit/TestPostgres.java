package dev.warren.it.kit;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A real PostgreSQL: a container where a Docker engine answers, else a private server of the {@code
 * postgres} that is installed.
 *
 * <p>The system property {@code warren.test.database} chooses: {@code docker}, {@code local} or
 * {@code auto}, the default. Where {@code auto} finds neither, a test is skipped with a line that
 * says so; with the environment's {@code CI=true} it fails.
 */
public interface TestPostgres extends TestServer {

  /** The user of {@link #url()}; may do everything. */
  String USER = "warren";

  /** Its password. */
  String PASSWORD = "warren-test";

  /** The server that all test classes of this JVM share: use {@link #newDatabase}. */
  static TestPostgres shared() {
    return TestServers.POSTGRES.shared();
  }

  /** A running server of the caller's own, to be stopped, killed, frozen and closed. */
  static TestPostgres own() {
    return TestServers.POSTGRES.own();
  }

  /** The JDBC URL of the database that is there from the start; without the password. */
  default String url() {
    return url(USER);
  }

  /** The JDBC URL of a database. */
  default String url(String database) {
    return "jdbc:postgresql://127.0.0.1:" + port() + "/" + database;
  }

  /** Makes an empty database; its JDBC URL. */
  default String newDatabase() {
    String name = TestBroker.uniqueName("db").replace('-', '_');
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute("create database " + name);
    } catch (SQLException e) {
      throw new IllegalStateException("database " + name + " could not be made", e);
    }
    return url(name);
  }

  /** Whether it takes connections. */
  default boolean answers() {
    try (Connection connection = connect()) {
      return connection.isValid(5);
    } catch (SQLException e) {
      return false;
    }
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection(
        url() + "?connectTimeout=5&socketTimeout=10", USER, PASSWORD);
  }
}
