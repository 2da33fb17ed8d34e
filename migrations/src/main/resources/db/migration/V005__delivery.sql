-- What a buyer holds: entitlements, the downloads charged to them, licence keys.

create table entitlement (
  id               uuid primary key,
  order_id         uuid not null references orders,
  order_item_id    uuid not null references order_item,
  unit             integer not null check (unit between 1 and 100),
  product_id       uuid not null references product,
  user_id          uuid references app_user,
  status           text not null check (status in ('pending', 'active', 'suspended', 'revoked')),
  download_limit   integer check (download_limit > 0),
  downloads_left   integer check (downloads_left >= 0),
  expires_at       timestamptz,
  issued_at        timestamptz not null,
  revoked_at       timestamptz,
  revoked_reason   text,
  withdrawn_at     timestamptz,
  withdrawn_reason text,
  token_hash       sha256 not null unique,
  token_key_id     text not null,
  token_generation integer not null default 0 check (token_generation >= 0),
  -- Delivered once: a second delivery of the same unit breaks this, whatever brought it.
  constraint entitlement_once unique (order_item_id, unit),
  check ((download_limit is null) = (downloads_left is null)),
  check (downloads_left <= download_limit),
  check ((status = 'revoked') = (revoked_at is not null))
);
comment on column entitlement.withdrawn_at is 'when the seller revoked it by hand; one of the facts that status is derived from';
create index entitlement_order on entitlement (order_id);
create index entitlement_product on entitlement (product_id);
create index entitlement_user on entitlement (user_id, issued_at desc, id desc);
create index entitlement_expiry on entitlement (expires_at) where expires_at is not null;
create index entitlement_waiting on entitlement (product_id, issued_at) where status = 'pending';

create function entitlement_within_item() returns trigger
language plpgsql
as $$
begin
  if not exists (
    select from order_item i join orders o on o.id = i.order_id
    where i.id = new.order_item_id and o.id = new.order_id and i.product_id = new.product_id
      and new.unit <= i.quantity and o.paid_at is not null) then
    raise exception 'no paid unit % of order item % can be delivered', new.unit, new.order_item_id
      using errcode = 'integrity_constraint_violation', constraint = 'entitlement_within_item';
  end if;
  return new;
end
$$;
create trigger entitlement_within_item before insert on entitlement
  for each row execute function entitlement_within_item();

grant select, insert on entitlement to app;
grant update (status, download_limit, downloads_left, expires_at, revoked_at, revoked_reason, withdrawn_at,
              withdrawn_reason, user_id, token_hash, token_key_id, token_generation) on entitlement to app;

-- Tokens that a reissue replaced: they answer 410, not 404.
create table retired_token (
  token_hash     sha256 primary key,
  entitlement_id uuid not null references entitlement,
  retired_at     timestamptz not null
);
create index retired_token_entitlement on retired_token (entitlement_id);
grant select, insert on retired_token to app;

-- The log of downloads: each signed URL that was given out, and whether it was counted.
create table download (
  id             uuid primary key,
  entitlement_id uuid not null references entitlement,
  asset_id       uuid not null references product_asset,
  charged        boolean not null,
  granted_at     timestamptz not null,
  url_expires_at timestamptz not null,
  window_ends_at timestamptz not null,
  client         sha256
);
comment on column download.window_ends_at is 'until then the same file can be asked for again at no cost';
comment on column download.client is 'a keyed hash of the caller''s address';
create index download_entitlement on download (entitlement_id, asset_id, granted_at desc);
create index download_asset on download (asset_id);
create index download_granted on download (granted_at);
create trigger download_unchangeable before update or truncate on download
  for each statement execute function refuse_change();
grant select, insert on download to app;

create table license_key (
  id                  uuid primary key,
  entitlement_id      uuid not null unique references entitlement,
  key                 text not null unique check (length(key) between 8 and 200),
  activations_allowed integer check (activations_allowed > 0),
  activated_count     integer not null default 0 check (activated_count >= 0),
  expires_at          timestamptz,
  status              text not null check (status in ('active', 'suspended', 'revoked')),
  created_at          timestamptz not null,
  constraint license_key_limit check (activated_count <= activations_allowed)
);
grant select, insert on license_key to app;
grant update (activated_count, status, expires_at) on license_key to app;

create table license_activation (
  id             uuid primary key,
  license_key_id uuid not null references license_key,
  instance_name  text not null check (length(instance_name) between 1 and 200),
  fingerprint    text check (length(fingerprint) <= 200),
  created_at     timestamptz not null,
  deactivated_at timestamptz
);
create index license_activation_key on license_activation (license_key_id);
create unique index license_activation_once on license_activation (license_key_id, fingerprint)
  where deactivated_at is null and fingerprint is not null;
grant select, insert on license_activation to app;
grant update (deactivated_at) on license_activation to app;

-- Keys that the seller imported, each drawn once.
create table license_pool (
  id             uuid primary key,
  product_id     uuid not null references product,
  key            text not null check (length(key) between 8 and 200),
  license_key_id uuid unique references license_key,
  imported_at    timestamptz not null,
  unique (product_id, key)
);
create index license_pool_free on license_pool (product_id, imported_at, id) where license_key_id is null;
grant select, insert on license_pool to app;
grant update (license_key_id) on license_pool to app;
