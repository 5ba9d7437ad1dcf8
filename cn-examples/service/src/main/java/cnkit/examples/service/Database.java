package cnkit.examples.service;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import cnkit.resilience.Breaker;
import cnkit.resilience.BreakerSettings;
import cnkit.resilience.Pipeline;
import cnkit.resilience.RetrySettings;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The pool, the schema, and transactions that end in bounded time whatever the database does. */
final class Database {
  private static final Logger LOG = LoggerFactory.getLogger(Database.class);

  /** What is done in one transaction. It may be done again after a failure, even one that came after the commit. */
  @FunctionalInterface
  interface Work<T> {
    T in(Connection connection) throws SQLException, InterruptedException;
  }

  /** A fault made on purpose: nobody gets a connection. */
  volatile boolean away;

  final HikariDataSource source = new HikariDataSource() {
    @Override
    public Connection getConnection() throws SQLException {
      if (away) {
        throw new SQLTransientConnectionException("the database is away: a fault made on purpose");
      }
      return super.getConnection();
    }
  };
  final Pipeline pipeline = Pipeline.builder("database")
      .deadline(ofSeconds(3))
      .retry(RetrySettings.exponential(ofMillis(50)).withAttempts(4))
      .breaker(Breaker.of(
          "database",
          BreakerSettings.countWindow(20).withMinimumCalls(10).withOpenTime(ofSeconds(3))))
      .build();

  Database(Settings.Database settings) {
    source.setPoolName("orders");
    source.setJdbcUrl(settings.url());
    source.setUsername(settings.user());
    settings.password().ifPresent(password -> source.setPassword(password.reveal()));
    source.setAutoCommit(false);
    source.setMaximumPoolSize(settings.poolSize());
    source.setConnectionTimeout(1000);
    source.setValidationTimeout(500);
    source.setInitializationFailTimeout(-1); // open() waits for the database
    if (settings.url().startsWith("jdbc:postgresql:")) {
      // a server that hangs costs a thread seconds, not for ever
      source.addDataSourceProperty("connectTimeout", "2");
      source.addDataSourceProperty("socketTimeout", "3");
    }
  }

  /** Waits for the database and brings the schema about. Replicas that start at once may collide here: then again. */
  void open() throws IOException, InterruptedException {
    String script;
    try (InputStream in = Database.class.getResourceAsStream("/schema.sql")) {
      script = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    while (true) {
      try (Connection connection = source.getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute(script);
        connection.commit();
        return;
      } catch (SQLException notYet) {
        LOG.warn("no schema yet: {}", notYet.getMessage());
        Thread.sleep(500);
      }
    }
  }

  <T> T transaction(Work<T> work) throws SQLException, InterruptedException {
    return pipeline.call(attempt -> {
      try (Connection connection = source.getConnection()) {
        try {
          T result = work.in(connection);
          connection.commit();
          return result;
        } catch (Throwable failed) {
          connection.rollback();
          throw failed;
        }
      }
    });
  }

  /** A statement with its values. */
  static PreparedStatement prepare(Connection connection, String sql, Object... values)
      throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
    return statement;
  }

  /** How many rows a statement changed. */
  static int update(Connection connection, String sql, Object... values) throws SQLException {
    try (PreparedStatement statement = prepare(connection, sql, values)) {
      return statement.executeUpdate();
    }
  }

  void close() {
    source.close();
  }
}
