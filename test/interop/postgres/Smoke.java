// What a JDBC client does in a day: types, batches, fetch size, COPY, errors, savepoints, generated keys, metadata.
// Prints one line per step: what the gateway's run prints must be what the direct run prints.
import java.io.StringReader;
import java.io.StringWriter;
import java.sql.*;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

public class Smoke {
  static void say(String what, Object value) {
    System.out.println(what + ": " + value);
  }

  public static void main(String[] args) throws Exception {
    try (Connection connection = DriverManager.getConnection(args[0], "postgres", "any")) {
      DatabaseMetaData meta = connection.getMetaData();
      say("product", meta.getDatabaseProductName() + " " + meta.getDatabaseMajorVersion());
      try (Statement statement = connection.createStatement()) {
        statement.execute("drop table if exists smoke");
        statement.execute("create table smoke (id serial primary key, name text, at timestamptz, amount numeric, raw bytea)");
      }
      try (PreparedStatement insert = connection.prepareStatement(
          "insert into smoke (name, at, amount, raw) values (?, ?, ?, ?)", Statement.RETURN_GENERATED_KEYS)) {
        for (int at = 0; at < 500; at++) {
          insert.setString(1, "name " + at);
          insert.setTimestamp(2, new Timestamp(1_700_000_000_000L + at));
          insert.setBigDecimal(3, new java.math.BigDecimal(at + ".25"));
          insert.setBytes(4, new byte[] {(byte) at, 0, 1});
          insert.addBatch();
        }
        say("batch", insert.executeBatch().length);
        ResultSet keys = insert.getGeneratedKeys();
        int count = 0;
        while (keys.next()) count++;
        say("keys", count);
      }
      // Beyond the fifth use the driver names the statement and asks for binary values.
      try (PreparedStatement select = connection.prepareStatement("select name, at, amount, raw, id from smoke where id = ?")) {
        for (int at = 1; at <= 10; at++) {
          select.setInt(1, at);
          ResultSet row = select.executeQuery();
          row.next();
          say("row", row.getString(1) + " " + row.getTimestamp(2).getTime() + " " + row.getBigDecimal(3) + " "
              + row.getBytes(4).length + " " + row.getInt(5));
        }
      }
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        statement.setFetchSize(50);
        ResultSet rows = statement.executeQuery("select id from smoke order by id");
        long sum = 0;
        while (rows.next()) sum += rows.getInt(1);
        say("fetched in parts", sum);
        Savepoint before = connection.setSavepoint();
        try {
          statement.execute("select 1/0");
        } catch (SQLException error) {
          say("error", error.getSQLState() + " " + error.getMessage());
        }
        connection.rollback(before);
        ResultSet after = statement.executeQuery("select count(*) from smoke");
        after.next();
        say("after the savepoint", after.getInt(1));
        connection.commit();
      }
      connection.setAutoCommit(true);
      CopyManager copies = connection.unwrap(PGConnection.class).getCopyAPI();
      say("copied in", copies.copyIn("copy smoke (name) from stdin", new StringReader("a\nb\nc\n")));
      StringWriter out = new StringWriter();
      say("copied out", copies.copyOut("copy (select name from smoke order by id) to stdout", out));
      say("bytes", out.toString().length());
      try (Statement statement = connection.createStatement()) {
        statement.setQueryTimeout(1);
        try {
          statement.execute("select pg_sleep(20)");
        } catch (SQLException error) {
          say("cancelled", error.getSQLState());
        }
        statement.setQueryTimeout(0);
        boolean more = statement.execute("select 1; update smoke set name = name; select 3");
        say("several", more + " " + statement.getMoreResults() + " " + statement.getUpdateCount() + " " + statement.getMoreResults());
        statement.execute("do $$ begin raise notice 'told'; end $$");
        say("notice", statement.getWarnings().getMessage());
      }
      ResultSet columns = meta.getColumns(null, "public", "smoke", null);
      while (columns.next()) say("column", columns.getString("COLUMN_NAME") + " " + columns.getString("TYPE_NAME"));
      ResultSet keys = meta.getPrimaryKeys(null, "public", "smoke");
      keys.next();
      say("key", keys.getString("COLUMN_NAME"));
    }
  }
}
