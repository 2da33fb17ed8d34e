-- A small shop in which all that must hold does: one order for each way that a sale can go.

create function id(n integer) returns uuid language sql immutable
return ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid;

create function at(minutes integer) returns timestamptz language sql immutable
return timestamptz '2026-03-01 09:00:00Z' + minutes * interval '1 minute';

create function hash_of(what text) returns bytea language sql immutable
return sha256(convert_to(what, 'UTF8'));

create function audit(minutes integer, action text, subject text, subject_id uuid, details jsonb default '{}')
returns void language sql
as $$
  insert into audit_log (id, at, actor, action, subject_type, subject_id, details)
  values (gen_random_uuid(), at(minutes), 'system', action, subject, subject_id::text, details)
$$;

-- Order n, of one line n * 10 + 1.
create function place(n integer, product integer, quantity integer, price bigint, discount bigint, minutes integer)
returns void language plpgsql
as $$
begin
  insert into orders (id, subtotal, discount, tax, total_amount, currency, token_hash, token_key_id, created_at)
  values (id(n), price * quantity, discount, 0, price * quantity - discount, 'EUR', hash_of('order' || n), 'k1', at(minutes));
  insert into order_contact (order_id, email, updated_at) values (id(n), 'ada@example.com', at(minutes));
  insert into order_item (id, order_id, position, product_id, sku, title, unit_price, quantity, line_total, discount)
  values (id(n * 10 + 1), id(n), 1, id(product), 'SKU', 'Title', price, quantity, price * quantity, discount);
  perform audit(minutes, 'order.created', 'order', id(n));
end
$$;

create function pay(n integer, minutes integer) returns void language plpgsql
as $$
begin
  update orders set status = 'paid', paid_at = at(minutes) where id = id(n);
  insert into payment (id, order_id, provider, provider_payment_id, amount, currency, status, paid_at, created_at)
  select id(n), id, 'stripe', 'pi_' || n, total_amount, currency, 'succeeded', at(minutes), at(minutes)
  from orders where id = id(n) and total_amount > 0;
  perform audit(minutes, 'order.paid', 'order', id(n), '{"before": "pending"}');
end
$$;

-- Entitlements n * 100 + unit.
create function deliver(n integer, minutes integer) returns void language plpgsql
as $$
begin
  insert into entitlement (id, order_id, order_item_id, unit, product_id, status, download_limit, downloads_left,
    expires_at, issued_at, token_hash, token_key_id)
  select id(n * 100 + unit), id(n), i.id, unit, i.product_id, 'active', 5, 5, at(minutes) + interval '30 days',
    at(minutes), hash_of('entitlement' || n || '/' || unit), 'k1'
  from order_item i, generate_series(1, i.quantity) unit where i.order_id = id(n);
  insert into license_key (id, entitlement_id, key, activations_allowed, status, created_at)
  select e.id, e.id, 'KEY-' || e.id, 2, 'active', at(minutes)
  from entitlement e join product p on p.id = e.product_id where e.order_id = id(n) and p.licensed;
  update orders set fulfilled_at = at(minutes) where id = id(n);
  insert into outbox (id, kind, subject_id, due_at, created_at, sent_at)
  values (id(n), 'receipt', id(n), at(minutes), at(minutes), at(minutes));
  perform audit(minutes, 'entitlement.issued', 'entitlement', e.id) from entitlement e where e.order_id = id(n);
  perform audit(minutes, 'order.fulfilled', 'order', id(n));
end
$$;

create function close(held integer, status_ text, reason text, minutes integer) returns void language plpgsql
as $$
begin
  update entitlement set status = status_, revoked_at = case when status_ = 'revoked' then at(minutes) end,
    revoked_reason = reason where id = id(held);
  update license_key set status = status_ where entitlement_id = id(held);
  perform audit(minutes, 'entitlement.' || status_, 'entitlement', id(held));
end
$$;

create function give_back(n integer, order_ integer, amount_ bigint, minutes integer) returns void language plpgsql
as $$
begin
  insert into refund (id, order_id, amount, currency, reason, status, provider, provider_refund_id, created_by,
    created_at, updated_at)
  values (id(n), id(order_), amount_, 'EUR', 'other', 'succeeded', 'stripe', 're_' || n, 'system', at(minutes), at(minutes));
  insert into outbox (id, kind, subject_id, due_at, created_at, sent_at)
  values (id(n), 'refund', id(n), at(minutes), at(minutes), at(minutes));
  perform audit(minutes, 'refund.requested', 'refund', id(n));
  perform audit(minutes, 'refund.succeeded', 'refund', id(n));
end
$$;

insert into product (id, sku, slug, title, price, currency, licensed, version, created_at, updated_at) values
  (id(1), 'BOOK', 'book', 'Book', 1900, 'EUR', false, 2, at(0), at(1)),
  (id(2), 'TOOL', 'tool', 'Tool', 4900, 'EUR', true, 1, at(0), at(0));
select audit(0, 'product.created', 'product', id(1)), audit(1, 'product.updated', 'product', id(1)),
  audit(0, 'product.created', 'product', id(2));
insert into product_asset (id, product_id, storage_path, file_name, file_size, mime_type, checksum, version, status,
  created_at, ready_at)
select id(10 + n), id(n), 'path/' || n, 'file', 10, 'text/plain', repeat('0', 64), 1, 'ready', at(0), at(0)
from generate_series(1, 2) n;
select audit(0, 'asset.announced', 'asset', id(10 + n)), audit(0, 'asset.ready', 'asset', id(10 + n))
from generate_series(1, 2) n;
insert into api_key (id, name, scopes, key_hash, created_by, created_at, revoked_at)
values (id(5), 'Key', '{*}', hash_of('key'), 'system', at(0), at(1));
select audit(0, 'api_key.created', 'api_key', id(5)), audit(1, 'api_key.revoked', 'api_key', id(5));
insert into promotion (id, code, percent_off, max_redemptions, max_per_customer, redemptions, created_at, updated_at)
values (id(7), 'ALL', 100, 2, 1, 2, at(0), at(0));

-- Three units of software, of which the third was given back; an invoice and its credit note.
select place(101, 2, 3, 4900, 0, 10), pay(101, 11), deliver(101, 11), give_back(9101, 101, 4900, 60);
insert into refund_unit (refund_id, order_item_id, unit) values (id(9101), id(1011), 3);
select close(10103, 'revoked', 'refunded', 60);
update orders set status = 'partially_refunded' where id = id(101);
select audit(60, 'order.partially_refunded', 'order', id(101), '{"before": "paid", "after": "partially_refunded"}');
insert into invoice (id, order_id, kind, refund_id, number, document, issued_at) values
  (id(1), id(101), 'invoice', null, 1, '{}', at(11)),
  (id(2), id(101), 'credit_note', id(9101), 1, '{}', at(60));
update invoice_counter set last = 1;
insert into license_activation (id, license_key_id, instance_name, fingerprint, created_at)
values (id(1), id(10101), 'laptop', 'machine', at(20));
update license_key set activated_count = 1 where id = id(10101);
insert into license_pool (id, product_id, key, license_key_id, imported_at)
values (id(1), id(2), 'KEY-' || id(10101), id(10101), at(0));
insert into download (id, entitlement_id, asset_id, charged, granted_at, url_expires_at, window_ends_at) values
  (id(1), id(10101), id(12), true, at(20), at(30), at(35)),
  (id(2), id(10101), id(12), false, at(25), at(35), at(35)),
  (id(3), id(10101), id(12), true, at(35), at(45), at(50));
update entitlement set downloads_left = 3 where id = id(10101);
insert into retired_token (token_hash, entitlement_id, retired_at) values (hash_of('old'), id(10101), at(15));
insert into provider_event (provider, event_id, type, order_id, payload, status, created_at, received_at, handled_at)
values ('stripe', 'evt_1', 'checkout.session.completed', id(101), '{"id": "cs_1"}', 'handled', at(11), at(11), at(11));

-- Pending, with its payment page open and a promotion reserved.
select place(102, 1, 1, 1900, 950, 90);
update orders set promotion_id = id(7) where id = id(102);
insert into promotion_redemption (order_id, promotion_id, customer, status, created_at, updated_at)
values (id(102), id(7), hash_of('grace'), 'reserved', at(90), at(90));
insert into checkout_session (order_id, provider, provider_session_id, url, created_at, expires_at)
values (id(102), 'stripe', 'cs_102', 'https://pay.example.com', at(90), at(90) + interval '24 hours');

-- For nothing, by a promotion; the links were asked for again.
select place(103, 1, 1, 1900, 1900, 40);
update orders set promotion_id = id(7) where id = id(103);
insert into promotion_redemption (order_id, promotion_id, customer, status, created_at, updated_at)
values (id(103), id(7), hash_of('ada'), 'redeemed', at(40), at(40));
select pay(103, 40), deliver(103, 40);
insert into outbox (id, kind, subject_id, occasion, due_at, created_at, given_up)
values (id(1), 'links', id(103), 'once', at(50), at(50), 'the address was erased');

-- Given up, its promotion given back.
select place(104, 1, 1, 1900, 950, 50);
update orders set promotion_id = id(7), status = 'cancelled' where id = id(104);
insert into promotion_redemption (order_id, promotion_id, customer, status, created_at, updated_at)
values (id(104), id(7), hash_of('ada'), 'released', at(50), at(55));
select audit(55, 'order.cancelled', 'order', id(104));

-- Disputed; a dispute that was lost; one that was won.
select place(105, 2, 1, 4900, 0, 50), pay(105, 51), deliver(105, 51), close(10501, 'suspended', null, 60);
select place(106, 1, 1, 1900, 0, 50), pay(106, 51), deliver(106, 51), close(10601, 'revoked', 'dispute_lost', 60);
select place(107, 1, 1, 1900, 0, 50), pay(107, 51), deliver(107, 51);
insert into dispute (id, order_id, provider, provider_dispute_id, amount, currency, status, reason, created_at, closed_at)
values (id(1), id(105), 'stripe', 'dp_1', 4900, 'EUR', 'needs_response', 'fraudulent', at(60), null),
  (id(2), id(106), 'stripe', 'dp_2', 1900, 'EUR', 'lost', 'fraudulent', at(60), at(70)),
  (id(3), id(107), 'stripe', 'dp_3', 1900, 'EUR', 'won', 'fraudulent', at(60), at(70));
update orders set status = 'disputed' where id in (id(105), id(106));
select audit(60, 'dispute.needs_response', 'order', d.order_id, jsonb_build_object('dispute', d.provider_dispute_id)),
  audit(60, 'order.disputed', 'order', d.order_id, '{"before": "paid"}')
from dispute d;
select audit(70, 'dispute.' || d.status, 'order', d.order_id, jsonb_build_object('dispute', d.provider_dispute_id))
from dispute d where d.closed_at is not null;
select audit(70, 'order.paid', 'order', id(107), '{"before": "disputed"}');

-- Given back in full, without naming units; and one where the seller closed a unit by hand.
select place(108, 1, 1, 1900, 0, 50), pay(108, 51), deliver(108, 51), give_back(9108, 108, 1900, 60),
  close(10801, 'revoked', 'refunded', 60);
update orders set status = 'refunded' where id = id(108);
select audit(60, 'order.refunded', 'order', id(108), '{"before": "paid"}');
select place(109, 1, 1, 1900, 0, 50), pay(109, 51), deliver(109, 51), close(10901, 'revoked', 'revoked_by_seller', 60);
update entitlement set withdrawn_at = at(60), withdrawn_reason = 'posted in public' where id = id(10901);
select audit(60, 'entitlement.withdrawn', 'entitlement', id(10901));
-- Time goes on.
select audit(100, 'product.updated', 'product', id(2));
