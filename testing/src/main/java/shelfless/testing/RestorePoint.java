package shelfless.testing;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * What a database holds at a moment, kept in a schema of its own, so that it can be set back to it
 * as a restore would.
 */
public final class RestorePoint {
  // Rows are deleted and tables kept: what is small is emptied sooner than a table is truncated or
  // made.
  private static final String TAKE =
      """
      create schema if not exists restore_point;
      create table if not exists restore_point."sequences" (name name primary key, value bigint, called boolean);
      delete from restore_point."sequences";
      insert into restore_point."sequences"
        select sequencename, coalesce(last_value, start_value), last_value is not null
        from pg_sequences where schemaname = 'public';
      do $$
      declare
        name text;
      begin
        for name in select tablename from pg_tables where schemaname = 'public' loop
          execute format('create table if not exists restore_point.%1$I as table public.%1$I with no data', name);
          execute format('delete from restore_point.%1$I', name);
          execute format('insert into restore_point.%1$I table public.%1$I', name);
        end loop;
      end
      $$
      """;

  private static final String GO_BACK =
      """
      set session_replication_role = replica;
      do $$
      declare
        name text;
        columns text;
        value bigint;
        called boolean;
      begin
        for name in select tablename from pg_tables where schemaname = 'public' loop
          select string_agg(quote_ident(attname), ', ') into columns
          from pg_attribute
          where attrelid = format('public.%I', name)::regclass and attnum > 0 and not attisdropped
            and attgenerated = '';
          execute format('delete from public.%I', name);
          execute format('insert into public.%1$I (%2$s) select %2$s from restore_point.%1$I', name, columns);
        end loop;
        for name, value, called in select * from restore_point."sequences" loop
          perform setval(format('public.%I', name), value, called);
        end loop;
      end
      $$;
      reset session_replication_role
      """;

  private RestorePoint() {}

  /** Keeps what the database holds; what was kept before is forgotten. */
  public static void take(Connection superuser) throws SQLException {
    run(superuser, TAKE);
  }

  /** Loses all that came after. */
  public static void goBack(Connection superuser) throws SQLException {
    run(superuser, GO_BACK);
  }

  private static void run(Connection superuser, String sql) throws SQLException {
    try (Statement statement = superuser.createStatement()) {
      statement.execute(sql);
    }
  }
}
