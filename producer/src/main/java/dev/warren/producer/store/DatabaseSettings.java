package dev.warren.producer.store;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * What the store needs of its database beyond what {@code spring.datasource.*} says; what that says
 * goes first.
 *
 * <ul>
 *   <li>H2: a folder of its own (0700) and a file (0600) that only the producer's user can read. A
 *       relative path is below the working directory, with or without {@code ./}. A URL that leaves
 *       out a setting which the store depends on gets it.
 *   <li>PostgreSQL: a server that is gone without a word is noticed within 3 s; many rows are
 *       inserted at once; tables are read by their indexes.
 * </ul>
 */
final class DatabaseSettings {

  private static final String H2_FILE = "jdbc:h2:file:";

  /** As in the shipped URL: without them the store does not work, or commits may be lost. */
  private static final List<String> H2_SETTINGS =
      List.of("WRITE_DELAY=0", "MODE=PostgreSQL", "DATABASE_TO_LOWER=TRUE", "LOCK_TIMEOUT=3000");

  private static final String POSTGRESQL = "jdbc:postgresql:";
  private static final String SECONDS = "3";
  private static final String CONNECT_SECONDS = "2";

  /**
   * A plan that PostgreSQL made while the table was empty reads all of it, and is kept until the
   * table is analyzed, a minute later. There is an index for whatever the store asks.
   */
  private static final String ALWAYS_BY_INDEX = "set enable_seqscan = off";

  private static final Set<PosixFilePermission> OWN_FILE =
      PosixFilePermissions.fromString("rw-------");
  private static final FileAttribute<?> OWN_FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private DatabaseSettings() {}

  static void apply(HikariDataSource pool) {
    String url = pool.getJdbcUrl();
    if (url == null) {
      return;
    }
    if (url.startsWith(H2_FILE)) {
      pool.setJdbcUrl(prepared(withNeeded(url)));
    } else if (url.startsWith(POSTGRESQL)) {
      setDefault(pool, url, "tcpKeepAlive", "true");
      setDefault(pool, url, "connectTimeout", CONNECT_SECONDS);
      setDefault(pool, url, "socketTimeout", SECONDS);
      setDefault(pool, url, "cancelSignalTimeout", CONNECT_SECONDS);
      setDefault(pool, url, "ApplicationName", "warren-producer");
      setDefault(pool, url, "reWriteBatchedInserts", "true");
      if (pool.getConnectionInitSql() == null) {
        pool.setConnectionInitSql(ALWAYS_BY_INDEX);
      }
    }
  }

  private static void setDefault(HikariDataSource pool, String url, String property, String value) {
    if (!url.contains(property + "=")) {
      pool.getDataSourceProperties().putIfAbsent(property, value);
    }
  }

  private static String withNeeded(String url) {
    StringBuilder all = new StringBuilder(url);
    for (String setting : H2_SETTINGS) {
      String name = setting.substring(0, setting.indexOf('=') + 1);
      if (!url.toUpperCase(Locale.ROOT).contains(";" + name)) {
        all.append(';').append(setting);
      }
    }
    return all.toString();
  }

  /** The URL with an absolute path, whose folder and file exist. */
  private static String prepared(String url) {
    int end = url.indexOf(';') < 0 ? url.length() : url.indexOf(';');
    String name = url.substring(H2_FILE.length(), end);
    String home = System.getProperty("user.home");
    Path base = Path.of(name.startsWith("~/") ? home + name.substring(1) : name).toAbsolutePath();
    Path file = base.resolveSibling(base.getFileName() + ".mv.db");
    try {
      createFolder(base.getParent());
      try {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(OWN_FILE));
      } catch (FileAlreadyExistsException e) {
        Files.setPosixFilePermissions(file, OWN_FILE);
      }
    } catch (IOException e) {
      throw new InvalidConfigurationPropertyValueException(
          "spring.datasource.url",
          url,
          "The file cannot be written (%s). Set warren.producer.data to a folder that can, or"
                  .formatted(e)
              + " spring.datasource.url to a PostgreSQL database.");
    }
    return H2_FILE + base.normalize() + url.substring(end);
  }

  private static void createFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder, OWN_FOLDER);
    }
  }
}
