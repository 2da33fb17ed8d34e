-- Senders of a mail keep out of each other's way, and what is over can be cleared away.

alter table outbox add column sending_until timestamptz;
comment on column outbox.sending_until is 'until then a sender has the mail to itself';
grant update (sending_until) on outbox to app;

-- Receipts and refunds are told of once in the life of an order, and their rows are what says that it was done.
create function outbox_kept() returns trigger
language plpgsql
as $$
begin
  if old.kind <> 'links' or (old.sent_at is null and old.given_up is null) then
    raise exception 'mail % is owed, or must not be sent twice', old.id
      using errcode = 'integrity_constraint_violation', constraint = 'outbox_kept';
  end if;
  return old;
end
$$;
create trigger outbox_kept before delete on outbox for each row execute function outbox_kept();
create index outbox_links on outbox (created_at) where kind = 'links';
grant delete on outbox to app;

-- What the sales report sums up.
create index refund_succeeded on refund (created_at, id) where status = 'succeeded';
