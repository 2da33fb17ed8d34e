-- Fills an empty shop with {products} products, {orders} orders and three and a third times as many entitlements, as fast as the
-- server can: without triggers and foreign keys, and with the indices made at the end. Ids are as the shop makes them
-- (RFC 9562, version 7: by time), spread over three years.

set session_replication_role = replica;
set maintenance_work_mem = '1GB';
set synchronous_commit = off;

create function pg_temp.at(n bigint, of_ bigint) returns timestamptz language sql immutable
return timestamptz '2023-11-01 00:00Z' + (n::float8 / of_) * interval '1095 days';

create function pg_temp.id(kind text, n bigint, at timestamptz) returns uuid language sql immutable
return (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5(kind || n), 1, 3)
  || '8' || substr(md5(kind || n), 4, 15))::uuid;

-- Word number k of product n. Common words are common: the square of a number that is spread evenly.
create function pg_temp.word(n bigint, k integer) returns text language sql immutable
return translate(to_hex((power(('x' || substr(md5(n || '-' || k), 1, 6))::bit(24)::integer / 16777216.0, 2)
  * 60 * sqrt({products}))::integer + 4096), '0123456789', 'ghijklmnop');

-- No index is kept up while rows come in; reindex below makes each anew.
update pg_index set indisready = false, indisvalid = false
where indrelid in ('product'::regclass, 'product_asset'::regclass, 'app_user'::regclass, 'orders'::regclass,
  'order_item'::regclass, 'checkout_session'::regclass, 'payment'::regclass, 'entitlement'::regclass, 'license_key'::regclass,
  'download'::regclass, 'outbox'::regclass, 'provider_event'::regclass, 'audit_log'::regclass);

-- Titles of four words out of a vocabulary that grows as vocabularies do, with the square root of the text.
insert into product (id, sku, slug, title, description, price, currency, kind, visibility, tags, download_limit, access_days,
  licensed, created_at, updated_at)
select pg_temp.id('product', n, pg_temp.at(n, {products})), 'SKU-' || n, 'product-' || n,
  initcap(pg_temp.word(n, 1) || ' ' || pg_temp.word(n, 2) || ' ' || pg_temp.word(n, 3) || ' ' || pg_temp.word(n, 4)),
  pg_temp.word(n, 5) || ' ' || pg_temp.word(n, 6) || ' ' || pg_temp.word(n, 7) || ' ' || pg_temp.word(n, 8) || ' ' || pg_temp.word(n, 9) || ' ' || pg_temp.word(n, 10),
  100 * (1 + n % 90), 'EUR', (array['ebook', 'software', 'audio', 'video', 'other'])[1 + n % 5], 'public',
  array['tag-' || n % 50], 5, 30, n % 4 = 0, pg_temp.at(n, {products}), pg_temp.at(n, {products})
from generate_series(1::bigint, {products}) n;

insert into product_asset (id, product_id, storage_path, file_name, file_size, mime_type, checksum, version, status, created_at,
  ready_at)
select pg_temp.id('asset', n, created_at), id, 'products/' || n, n || '.epub', 5000000, 'application/epub+zip',
  repeat('0', 64), 1, 'ready', created_at, created_at
from (select id, created_at, substr(sku, 5)::bigint as n from product where slug like 'product-%') each;

-- Every second order is of somebody who bought before.
insert into app_user (id, email, created_at, updated_at)
select pg_temp.id('user', n, at), 'buyer-' || n || '@example.com', at, at
from (select n, pg_temp.at(n * 2, {orders}) as at from generate_series(0::bigint, {orders} / 2) n) each;

create temporary table sale as
select n, at, pg_temp.id('order', n, at) as id, pg_temp.id('item', n, at) as item,
  pg_temp.id('product', 1 + (n * 7919) % {products}, pg_temp.at(1 + (n * 7919) % {products}, {products})) as product,
  1 + (n * 7919) % {products} as product_number,
  (1 + n % 5 + case when n % 3 = 0 then 1 else 0 end)::integer as quantity
from (select n, pg_temp.at(n, {orders}) as at from generate_series(1::bigint, {orders}) n) each;
analyze sale;

insert into orders (id, number, user_id, status, subtotal, discount, tax, total_amount, currency, token_hash, token_key_id,
  created_at, paid_at, fulfilled_at)
select id, 'S-' || 100000 + n, pg_temp.id('user', n / 2, pg_temp.at(n / 2 * 2, {orders})), 'paid', 1000 * quantity, 0, 0,
  1000 * quantity, 'EUR', sha256(('order' || n)::bytea), 'k1', at, at, at
from sale;

insert into order_item (id, order_id, position, product_id, sku, title, unit_price, quantity, line_total)
select item, id, 1, product, 'SKU-' || product_number, 'Product', 1000, quantity, 1000 * quantity from sale;

insert into checkout_session (order_id, provider, provider_session_id, url, created_at, expires_at)
select id, 'stripe', 'cs_test_' || md5('session' || n), 'https://checkout.stripe.com/c/pay/' || md5('session' || n), at,
  at + interval '1 day'
from sale;

insert into payment (id, order_id, provider, provider_payment_id, amount, currency, status, paid_at, created_at)
select pg_temp.id('payment', n, at), id, 'stripe', 'pi_' || md5('payment' || n), 1000 * quantity, 'EUR', 'succeeded', at, at
from sale;

insert into provider_event (provider, event_id, type, order_id, status, created_at, received_at, handled_at)
select 'stripe', 'evt_' || md5('event' || n), 'checkout.session.completed', id, 'handled', at, at, at from sale;

insert into outbox (id, kind, subject_id, due_at, attempts, created_at, sent_at)
select pg_temp.id('mail', n, at), 'receipt', id, at, 1, at, at from sale;

insert into entitlement (id, order_id, order_item_id, unit, product_id, user_id, status, download_limit, downloads_left,
  expires_at, issued_at, token_hash, token_key_id)
select pg_temp.id('entitlement', n * 10 + unit, at), id, item, unit, product,
  pg_temp.id('user', n / 2, pg_temp.at(n / 2 * 2, {orders})), 'active', 5, 4, at + interval '100 years', at,
  sha256(('entitlement' || n * 10 + unit)::bytea), 'k1'
from sale, generate_series(1, quantity) unit;

insert into license_key (id, entitlement_id, key, activations_allowed, status, created_at)
select pg_temp.id('licence', n * 10 + unit, at), pg_temp.id('entitlement', n * 10 + unit, at),
  md5('licence' || n * 10 + unit), 3, 'active', at
from sale, generate_series(1, quantity) unit where product_number % 4 = 0;

insert into download (id, entitlement_id, asset_id, charged, granted_at, url_expires_at, window_ends_at)
select pg_temp.id('download', n, at), pg_temp.id('entitlement', n * 10 + 1, at),
  pg_temp.id('asset', product_number, pg_temp.at(product_number, {products})), true, at, at, at
from sale;

-- Three rows for each order; their chain is not one, which only a check of the log would find.
insert into audit_log (id, seq, at, actor, action, subject_type, subject_id, details, previous_hash, hash)
select pg_temp.id('audit', n * 3 + k, at), head.seq + n * 3 + k, at, 'system',
  (array['order.created', 'order.paid', 'order.fulfilled'])[k + 1], 'order', id::text, '{}',
  sha256(('audit' || n * 3 + k - 1)::bytea), sha256(('audit' || n * 3 + k)::bytea)
from audit_head head, sale, generate_series(0, 2) k;
update audit_head set seq = (select max(seq) from audit_log);
select setval('order_number', 100001 + {orders});

reindex table product;
reindex table product_asset;
reindex table app_user;
reindex table orders;
reindex table order_item;
reindex table checkout_session;
reindex table payment;
reindex table provider_event;
reindex table outbox;
reindex table entitlement;
reindex table license_key;
reindex table download;
reindex table audit_log;
