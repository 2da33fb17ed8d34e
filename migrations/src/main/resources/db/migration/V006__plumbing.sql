-- What makes once mean once for callers and mails, and how often one may ask. Ids only: no tokens, no answers.

create table idempotency_key (
  scope        text not null,
  key_hash     sha256 not null,
  request_hash sha256 not null,
  resource_id  uuid,
  status       integer,
  locked_until timestamptz not null,
  created_at   timestamptz not null,
  expires_at   timestamptz not null,
  primary key (scope, key_hash)
);
comment on column idempotency_key.status is 'the HTTP status that was answered; null while the first call runs or after it failed with 5xx';
create index idempotency_key_expiry on idempotency_key (expires_at);
grant select, insert, update, delete on idempotency_key to app;

-- Mails to be sent: one for each kind, subject and occasion, done only when the mail was sent.
create table outbox (
  id         uuid primary key,
  kind       text not null check (kind in ('receipt', 'refund', 'links')),
  subject_id uuid not null,
  occasion   text not null default '',
  due_at     timestamptz not null,
  attempts   integer not null default 0,
  created_at timestamptz not null,
  sent_at    timestamptz,
  given_up   text,
  unique (kind, subject_id, occasion)
);
comment on column outbox.subject_id is 'the order, or the refund, that the mail is about';
create index outbox_due on outbox (due_at) where sent_at is null and given_up is null;
grant select, insert on outbox to app;
grant update (due_at, attempts, sent_at, given_up) on outbox to app;

-- Token buckets, keyed by a keyed hash of scope and identity.
create table rate_limit (
  bucket     sha256 primary key,
  tokens     double precision not null,
  updated_at timestamptz not null
);
create index rate_limit_updated on rate_limit (updated_at);
grant select, insert, update, delete on rate_limit to app;
