-- People, products and their files.

create table app_user (
  id            uuid primary key,
  email         text not null check (email = btrim(email) and length(email) between 3 and 320),
  name          text check (length(name) <= 200),
  password_hash text,
  role          text not null default 'customer' check (role in ('customer', 'admin')),
  locale        text not null default 'en',
  created_at    timestamptz not null,
  updated_at    timestamptz not null
);
create unique index app_user_email on app_user (lower(email));
grant select, insert, update on app_user to app;

create table api_key (
  id         uuid primary key,
  name       text not null check (length(name) between 1 and 200),
  scopes     text[] not null check (cardinality(scopes) > 0),
  key_hash   sha256 not null unique,
  created_by text not null,
  created_at timestamptz not null,
  revoked_at timestamptz
);
create index api_key_created on api_key (created_at, id);
grant select, insert on api_key to app;
grant update (revoked_at) on api_key to app;

-- array_to_string is not marked immutable, since it would print types whose text depends on settings; text does not.
create function joined(words text[]) returns text
language sql immutable parallel safe
return array_to_string(words, ' ');

create table product (
  id                       uuid primary key,
  sku                      text not null check (length(sku) between 1 and 64),
  slug                     text not null check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 100),
  title                    text not null check (length(title) between 1 and 200),
  description              text not null default '' check (length(description) <= 20000),
  price                    minor_units not null,
  currency                 currency_code not null,
  kind                     text not null default 'other' check (kind in ('ebook', 'software', 'audio', 'video', 'other')),
  visibility               text not null default 'draft' check (visibility in ('draft', 'unlisted', 'public', 'archived')),
  tags                     text[] not null default '{}' check (cardinality(tags) <= 20),
  metadata                 jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
  download_limit           integer check (download_limit > 0),
  access_days              integer check (access_days > 0),
  licensed                 boolean not null default false,
  license_activation_limit integer check (license_activation_limit > 0),
  license_valid_days       integer check (license_valid_days > 0),
  version                  bigint not null default 1,
  created_at               timestamptz not null,
  updated_at               timestamptz not null,
  deleted_at               timestamptz,
  search tsvector generated always as (
    setweight(to_tsvector('english', title), 'A')
    || setweight(to_tsvector('english', joined(tags)), 'B')
    || setweight(to_tsvector('english', description), 'C')) stored,
  check (licensed or (license_activation_limit is null and license_valid_days is null))
);
comment on column product.download_limit is 'null: unlimited';
comment on column product.access_days is 'null: unlimited';
-- A name that was freed by deleting its product can be used again.
create unique index product_sku on product (sku) where deleted_at is null;
create unique index product_slug on product (slug) where deleted_at is null;
create index product_search on product using gin (search) where deleted_at is null and visibility = 'public';
create index product_tags on product using gin (tags) where deleted_at is null and visibility = 'public';
create index product_newest on product (created_at desc, id desc) where deleted_at is null and visibility = 'public';
create index product_price on product (price, id) where deleted_at is null and visibility = 'public';
create index product_title on product (lower(title), id) where deleted_at is null and visibility = 'public';
create index product_all on product (created_at desc, id desc) where deleted_at is null;
grant select, insert, update on product to app;

create table product_asset (
  id              uuid primary key,
  product_id      uuid not null references product,
  storage_path    text not null unique,
  file_name       text not null check (length(file_name) between 1 and 255 and file_name !~ '[[:cntrl:]]'),
  file_size       bigint not null check (file_size > 0),
  mime_type       text not null check (length(mime_type) between 3 and 255),
  checksum        text not null check (checksum ~ '^[0-9a-f]{64}$'),
  version         integer not null check (version > 0),
  new_buyers_only boolean not null default false,
  status          text not null default 'pending'
                  check (status in ('pending', 'verifying', 'ready', 'rejected', 'withdrawn')),
  upload_id       text,
  created_at      timestamptz not null,
  ready_at        timestamptz,
  withdrawn_at    timestamptz,
  unique (product_id, file_name, version),
  check (status <> 'ready' or ready_at is not null)
);
comment on column product_asset.checksum is 'SHA-256, in hexadecimal';
comment on column product_asset.version is 'counts up for each file name of a product; the highest that is ready is the current one';
create index product_asset_unsettled on product_asset (created_at) where status in ('pending', 'verifying');
grant select, insert on product_asset to app;
grant update (status, upload_id, ready_at, withdrawn_at) on product_asset to app;

create table tax_rate (
  id         uuid primary key,
  country    country_code not null,
  kind       text not null check (kind in ('ebook', 'software', 'audio', 'video', 'other')),
  rate       numeric(6, 5) not null check (rate >= 0 and rate < 1),
  valid_from date not null,
  valid_to   date check (valid_to > valid_from),
  unique (country, kind, valid_from)
);
grant select, insert, update on tax_rate to app;

create table promotion (
  id               uuid primary key,
  code             text not null check (code ~ '^[A-Za-z0-9_-]{2,64}$'),
  percent_off      integer check (percent_off between 1 and 100),
  amount_off       bigint check (amount_off > 0),
  currency         currency_code,
  starts_at        timestamptz,
  ends_at          timestamptz check (ends_at > starts_at),
  max_redemptions  integer check (max_redemptions > 0),
  max_per_customer integer check (max_per_customer > 0),
  redemptions      integer not null default 0 check (redemptions >= 0),
  active           boolean not null default true,
  version          bigint not null default 1,
  created_at       timestamptz not null,
  updated_at       timestamptz not null,
  check (num_nonnulls(percent_off, amount_off) = 1),
  check ((amount_off is null) = (currency is null)),
  constraint promotion_limit check (redemptions <= max_redemptions)
);
create unique index promotion_code on promotion (lower(code));
create index promotion_created on promotion (created_at desc, id desc);
grant select, insert, update on promotion to app;

-- No row here: the promotion covers every product.
create table promotion_product (
  promotion_id uuid not null references promotion,
  product_id   uuid not null references product,
  primary key (promotion_id, product_id)
);
create index promotion_product_product on promotion_product (product_id);
grant select, insert, delete on promotion_product to app;
