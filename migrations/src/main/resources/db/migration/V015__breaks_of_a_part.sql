-- The chain of the audit log is checked a part at a time, so that it can be checked however long it is.
create function audit_log_breaks(first_ bigint, last_ bigint) returns table (seq bigint, id uuid, reason text)
language sql stable
as $$
  select checked.seq, checked.id, checked.reason
  from (
    select
      row_.seq, row_.id,
      case
        when row_.hash <> audit_row_hash(row_) then 'the row is not what was hashed'
        when row_.previous_hash <> coalesce(before.hash, sha256('shelfless'::bytea))
          then 'the row before it is missing or another'
        when row_.seq <> 1 and before.seq is null then 'a row is missing before it'
      end as reason
    from audit_log row_
    left join audit_log before on before.seq = row_.seq - 1
    where row_.seq between first_ and last_
    union all
    select head.seq, null, 'the end of the log is missing'
    from audit_head head
    where head.seq <= last_ and head.seq <> coalesce((select max(a.seq) from audit_log a), 0)
  ) checked
  where checked.reason is not null
$$;

create or replace view audit_log_break as
  select seq, id, reason from audit_log_breaks(-9223372036854775808, 9223372036854775807);
