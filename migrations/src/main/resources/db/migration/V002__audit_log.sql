-- The audit log: rows are added and nothing else, each chained to the one before by a hash, from the first row on.

create table audit_log (
  id            uuid primary key,
  seq           bigint not null unique,
  at            timestamptz not null,
  actor         text not null,
  action        text not null,
  subject_type  text not null,
  subject_id    text not null,
  details       jsonb not null default '{}',
  previous_hash sha256 not null,
  hash          sha256 not null unique
);
create index audit_log_subject on audit_log (subject_type, subject_id, seq);
create index audit_log_at on audit_log (at, seq);
create index audit_log_action on audit_log (action, seq);

-- The end of the chain. Only the trigger below writes it; its lock puts the writers in a row, which is why a
-- transaction takes it last.
create table audit_head (
  only_row boolean primary key default true check (only_row),
  seq      bigint not null,
  hash     sha256 not null
);
insert into audit_head (seq, hash) values (0, sha256('shelfless'::bytea));

create function audit_row_hash(row_ audit_log) returns bytea
language sql immutable
set search_path = public, pg_temp
return sha256(
  row_.previous_hash || convert_to(
    jsonb_build_array(
      row_.seq, row_.id, (extract(epoch from row_.at) * 1000000)::bigint, row_.actor, row_.action,
      row_.subject_type, row_.subject_id, row_.details
    )::text, 'UTF8'));

create function audit_log_chain() returns trigger
language plpgsql security definer
set search_path = public, pg_temp
as $$
declare
  head audit_head;
begin
  select * into strict head from audit_head for update;
  new.seq := head.seq + 1;
  new.previous_hash := head.hash;
  new.hash := audit_row_hash(new);
  update audit_head set seq = new.seq, hash = new.hash;
  return new;
end
$$;

create trigger audit_log_chain before insert on audit_log
  for each row execute function audit_log_chain();

-- Refuses a change of history, whoever asks for it.
create function refuse_change() returns trigger
language plpgsql
as $$
begin
  raise exception '% of % is refused: its rows are history', lower(tg_op), tg_table_name
    using errcode = 'integrity_constraint_violation';
end
$$;

create trigger audit_log_unchangeable before update or delete or truncate on audit_log
  for each statement execute function refuse_change();

-- The rows at which the chain does not hold; none when nothing was tampered with.
create view audit_log_break as
  select seq, id, reason
  from (
    select
      row_.seq, row_.id,
      case
        when row_.hash <> audit_row_hash(row_) then 'the row is not what was hashed'
        when row_.previous_hash <> coalesce(lag(row_.hash) over (order by row_.seq), sha256('shelfless'::bytea))
          then 'the row before it is missing or another'
        when row_.seq <> coalesce(lag(row_.seq) over (order by row_.seq), 0) + 1 then 'a row is missing before it'
      end as reason
    from audit_log row_
    union all
    select head.seq, null, 'the end of the log is missing'
    from audit_head head
    where head.seq <> coalesce((select max(seq) from audit_log), 0)
  ) checked
  where reason is not null;

grant select, insert on audit_log to app;
grant select on audit_head, audit_log_break to app;

insert into audit_log (id, at, actor, action, subject_type, subject_id)
values ('00000000-0000-7000-8000-000000000000', clock_timestamp(), 'system', 'audit_log.started', 'audit_log', 'audit_log');
