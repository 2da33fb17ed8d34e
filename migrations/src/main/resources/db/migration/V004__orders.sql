-- Orders, their lines, and what was paid. What was sold never changes: app may insert it and read it.

create sequence order_number start 100001;
grant usage on sequence order_number to app;

create table orders (
  id               uuid primary key,
  number           text not null unique default 'S-' || nextval('order_number'),
  user_id          uuid references app_user,
  status           text not null default 'pending' check (status in
                     ('pending', 'paid', 'failed', 'cancelled', 'partially_refunded', 'refunded', 'disputed')),
  subtotal         minor_units not null,
  discount         minor_units not null,
  tax              minor_units not null,
  total_amount     minor_units not null,
  currency         currency_code not null,
  country          country_code,
  vat_id           text check (length(vat_id) <= 32),
  tax_evidence     jsonb not null default '{}',
  promotion_id     uuid references promotion,
  awaiting_payment boolean not null default false,
  token_hash       sha256 not null unique,
  token_key_id     text not null,
  token_generation integer not null default 0 check (token_generation >= 0),
  created_at       timestamptz not null,
  paid_at          timestamptz,
  fulfilled_at     timestamptz,
  constraint order_total check (total_amount = subtotal - discount + tax),
  constraint order_paid check (status in ('pending', 'failed', 'cancelled') or paid_at is not null),
  constraint order_fulfilled check (fulfilled_at is null or paid_at is not null)
);
comment on column orders.awaiting_payment is 'the buyer chose a delayed payment method and the money is on its way';
create index orders_user on orders (user_id, created_at desc, id desc);
create index orders_promotion on orders (promotion_id);
create index orders_created on orders (created_at desc, id desc);
create index orders_status on orders (status, created_at desc, id desc);
create index orders_paid on orders (paid_at, id) where paid_at is not null;
create index orders_pending on orders (created_at) where status = 'pending';
create index orders_unfulfilled on orders (paid_at) where paid_at is not null and fulfilled_at is null;

-- Once money was taken an order never again reads as unpaid.
create function order_transition() returns trigger
language plpgsql
as $$
begin
  if old.status not in ('pending', 'failed', 'cancelled') and new.status in ('pending', 'failed', 'cancelled') then
    raise exception 'an order can''t go from % to %', old.status, new.status
      using errcode = 'integrity_constraint_violation', constraint = 'order_transition';
  end if;
  if old.paid_at is not null and new.paid_at is distinct from old.paid_at then
    raise exception 'the time of an order''s payment can''t change'
      using errcode = 'integrity_constraint_violation', constraint = 'order_transition';
  end if;
  return new;
end
$$;
create trigger order_transition before update on orders for each row execute function order_transition();

grant select, insert on orders to app;
grant update (status, awaiting_payment, paid_at, fulfilled_at, user_id, token_hash, token_key_id, token_generation)
  on orders to app;

-- Apart from the order, so that it can be corrected or erased while the order stays.
create table order_contact (
  order_id   uuid primary key references orders,
  email      text check (length(email) <= 320),
  name       text check (length(name) <= 200),
  address    jsonb,
  updated_at timestamptz not null
);
create index order_contact_email on order_contact (lower(email), order_id);
grant select, insert, update on order_contact to app;

create table order_item (
  id           uuid primary key,
  order_id     uuid not null references orders,
  position     integer not null check (position between 1 and 50),
  product_id   uuid not null references product,
  sku          text not null,
  title        text not null,
  unit_price   minor_units not null,
  quantity     integer not null check (quantity between 1 and 100),
  line_total   minor_units not null,
  discount     minor_units not null default 0,
  tax_rate     numeric(6, 5) not null default 0,
  tax          minor_units not null default 0,
  tax_included boolean not null default false,
  unique (order_id, product_id),
  unique (order_id, position),
  check (line_total = unit_price * quantity),
  check (discount <= line_total)
);
create index order_item_product on order_item (product_id);
create trigger order_item_unchangeable before update or delete or truncate on order_item
  for each statement execute function refuse_change();
grant select, insert on order_item to app;

-- An order is the sum of its lines when its transaction ends, and so a line can't be added later.
create function order_sums() returns trigger
language plpgsql
as $$
declare
  wrong uuid;
begin
  select o.id into wrong
  from orders o
  left join lateral (
    select count(*) as lines, sum(line_total) as subtotal, sum(discount) as discount,
           sum(tax) filter (where not tax_included) as tax
    from order_item where order_id = o.id
  ) line on true
  where o.id = case when tg_table_name = 'orders' then new.id else (to_jsonb(new) ->> 'order_id')::uuid end
    and (line.lines = 0 or line.subtotal <> o.subtotal or line.discount <> o.discount
         or coalesce(line.tax, 0) <> o.tax);
  if wrong is not null then
    raise exception 'order % is not the sum of its lines', wrong
      using errcode = 'integrity_constraint_violation', constraint = 'order_sums';
  end if;
  return null;
end
$$;
create constraint trigger order_sums after insert on orders
  deferrable initially deferred for each row execute function order_sums();
create constraint trigger order_item_sums after insert on order_item
  deferrable initially deferred for each row execute function order_sums();

-- What the buyer agreed to: which text, in which version, when.
create table order_consent (
  order_id     uuid not null references orders,
  kind         text not null,
  text_version text not null,
  given_at     timestamptz not null,
  primary key (order_id, kind)
);
grant select, insert on order_consent to app;

create table promotion_redemption (
  order_id     uuid primary key references orders,
  promotion_id uuid not null references promotion,
  customer     sha256 not null,
  status       text not null check (status in ('reserved', 'redeemed', 'released')),
  created_at   timestamptz not null,
  updated_at   timestamptz not null
);
comment on column promotion_redemption.customer is 'a keyed hash of the e-mail address';
create index promotion_redemption_customer on promotion_redemption (promotion_id, customer) where status <> 'released';
grant select, insert on promotion_redemption to app;
grant update (status, updated_at) on promotion_redemption to app;

create table checkout_session (
  order_id            uuid primary key references orders,
  provider            text not null,
  provider_session_id text not null,
  url                 text not null,
  created_at          timestamptz not null,
  expires_at          timestamptz not null,
  unique (provider, provider_session_id)
);
grant select, insert on checkout_session to app;

create table payment (
  id                  uuid primary key,
  order_id            uuid not null references orders,
  provider            text not null,
  provider_payment_id text not null,
  amount              minor_units not null,
  currency            currency_code not null,
  status              text not null check (status in ('pending', 'succeeded', 'failed')),
  paid_at             timestamptz,
  raw_response        jsonb not null default '{}',
  created_at          timestamptz not null,
  unique (provider, provider_payment_id),
  check (status <> 'succeeded' or paid_at is not null)
);
create index payment_order on payment (order_id);
create unique index payment_once on payment (order_id) where status = 'succeeded';
grant select, insert on payment to app;
grant update (status, paid_at, raw_response) on payment to app;

-- Refunds are rows of their own; the order stays as it was sold.
create table refund (
  id                 uuid primary key,
  order_id           uuid not null references orders,
  amount             bigint not null check (amount > 0),
  currency           currency_code not null,
  reason             text not null check (reason in ('requested_by_customer', 'duplicate', 'fraudulent', 'other')),
  note               text check (length(note) <= 2000),
  status             text not null check (status in ('requested', 'pending', 'succeeded', 'failed')),
  provider           text not null,
  provider_refund_id text,
  failure            text,
  created_by         text not null,
  created_at         timestamptz not null,
  updated_at         timestamptz not null,
  unique (provider, provider_refund_id),
  check (status not in ('pending', 'succeeded') or provider_refund_id is not null)
);
create index refund_order on refund (order_id, created_at);
create index refund_unsettled on refund (updated_at) where status in ('requested', 'pending');
grant select, insert on refund to app;
grant update (status, provider_refund_id, failure, updated_at) on refund to app;

-- The units that a refund covers; a unit can be given back again only after the refund that took it failed.
create table refund_unit (
  refund_id     uuid not null references refund,
  order_item_id uuid not null references order_item,
  unit          integer not null check (unit between 1 and 100),
  primary key (refund_id, order_item_id, unit)
);
create index refund_unit_item on refund_unit (order_item_id, unit);
create trigger refund_unit_unchangeable before update or delete or truncate on refund_unit
  for each statement execute function refuse_change();
grant select, insert on refund_unit to app;

create table refund_request (
  id         uuid primary key,
  order_id   uuid not null references orders,
  reason     text not null check (length(reason) <= 2000),
  status     text not null default 'open' check (status in ('open', 'approved', 'declined')),
  refund_id  uuid references refund,
  decided_by text,
  decided_at timestamptz,
  created_at timestamptz not null
);
create index refund_request_order on refund_request (order_id);
create index refund_request_refund on refund_request (refund_id);
create unique index refund_request_open on refund_request (order_id) where status = 'open';
grant select, insert on refund_request to app;
grant update (status, refund_id, decided_by, decided_at) on refund_request to app;

create table dispute (
  id                  uuid primary key,
  order_id            uuid not null references orders,
  provider            text not null,
  provider_dispute_id text not null,
  amount              minor_units not null,
  currency            currency_code not null,
  status              text not null check (status in
                        ('warning_needs_response', 'warning_under_review', 'warning_closed',
                         'needs_response', 'under_review', 'won', 'lost', 'prevented')),
  reason              text not null,
  created_at          timestamptz not null,
  closed_at           timestamptz,
  unique (provider, provider_dispute_id)
);
create index dispute_order on dispute (order_id);
grant select, insert on dispute to app;
grant update (status, closed_at) on dispute to app;

-- Refunds that were asked for or made, and disputes that were lost, never pass what was taken.
create function refunds_within_payment() returns trigger
language plpgsql
as $$
declare
  taken bigint;
  given bigint;
begin
  select coalesce(sum(amount), 0) into taken from payment where order_id = new.order_id and status = 'succeeded';
  select coalesce(sum(amount), 0) into given
    from refund where order_id = new.order_id and status in ('requested', 'pending', 'succeeded');
  if given > taken then
    raise exception 'refunds of % would pass the % that was paid', given, taken
      using errcode = 'integrity_constraint_violation', constraint = 'refunds_within_payment';
  end if;
  return null;
end
$$;
create trigger refunds_within_payment after insert or update of status on refund
  for each row execute function refunds_within_payment();

-- What the provider told, once each: the evidence, and what came of it.
create table provider_event (
  provider    text not null,
  event_id    text not null,
  type        text not null,
  api_version text,
  order_id    uuid references orders,
  payload     jsonb not null default '{}',
  status      text not null check (status in ('received', 'handled', 'ignored', 'parked')),
  reason      text,
  created_at  timestamptz not null,
  received_at timestamptz not null,
  handled_at  timestamptz,
  primary key (provider, event_id)
);
comment on column provider_event.payload is 'an allow-list of fields: ids, amounts, states; no card, name, e-mail or address';
create index provider_event_order on provider_event (order_id);
create index provider_event_open on provider_event (received_at) where status in ('received', 'parked');
grant select, insert on provider_event to app;
grant update (status, reason, order_id, handled_at) on provider_event to app;

-- Up to where the provider's own list of events was read.
create table provider_checkpoint (
  provider   text primary key,
  events_to  timestamptz not null,
  updated_at timestamptz not null
);
grant select, insert, update on provider_checkpoint to app;

-- Invoices and credit notes: numbered without gaps by a counter that is locked in the transaction that writes one.
create table invoice_counter (
  series text primary key,
  last   bigint not null check (last >= 0)
);
insert into invoice_counter (series, last) values ('invoice', 0), ('credit_note', 0);
grant select, update on invoice_counter to app;

create table invoice (
  id        uuid primary key,
  order_id  uuid not null references orders,
  kind      text not null check (kind in ('invoice', 'credit_note')),
  refund_id uuid references refund,
  number    bigint not null check (number > 0),
  document  jsonb not null,
  issued_at timestamptz not null,
  unique (kind, number),
  check ((kind = 'credit_note') = (refund_id is not null))
);
create unique index invoice_once on invoice (order_id) where kind = 'invoice';
create unique index credit_note_once on invoice (refund_id) where refund_id is not null;
create index invoice_order on invoice (order_id);
create trigger invoice_unchangeable before update or delete or truncate on invoice
  for each statement execute function refuse_change();
grant select, insert on invoice to app;
