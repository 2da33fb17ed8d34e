-- Three roles: migrator owns the schema, app is what the functions connect as, reader may look.
-- Whoever runs the migrations is migrator (the master user of the cluster), and makes the other two.

do $$
begin
  if not exists (select from pg_roles where rolname = 'app') then
    create role app login;
  end if;
  if not exists (select from pg_roles where rolname = 'reader') then
    create role reader login;
  end if;
  -- On Aurora the functions sign in with IAM tokens.
  if exists (select from pg_roles where rolname = 'rds_iam') then
    grant rds_iam to app;
    grant rds_iam to reader;
  end if;
end
$$;

-- On the role, never by SET: a session setting would pin the connection of a proxy to one client.
alter role app set statement_timeout = '10s';
alter role app set lock_timeout = '5s';
alter role app set idle_in_transaction_session_timeout = '30s';
alter role reader set statement_timeout = '60s';
alter role reader set default_transaction_read_only = on;

revoke create on schema public from public;
grant usage on schema public to app, reader;
alter default privileges in schema public grant select on tables to reader;

-- An ISO 4217 code; amounts beside it are whole numbers of its minor unit.
create domain currency_code as text check (value ~ '^[A-Z]{3}$');
-- An ISO 3166-1 alpha-2 code.
create domain country_code as text check (value ~ '^[A-Z]{2}$');
-- A whole number of minor units, never negative.
create domain minor_units as bigint check (value >= 0);
-- A SHA-256.
create domain sha256 as bytea check (octet_length(value) = 32);
