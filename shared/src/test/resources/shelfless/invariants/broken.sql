-- For each of what must always hold, something that breaks it. Triggers are off; what a constraint guarantees is broken
-- after dropping it.

-- name: refunds_within_what_was_taken
update refund set amount = 1901 where id = id(9108);

-- name: refunds_asked_for_within_what_was_taken
insert into refund (id, order_id, amount, currency, reason, status, provider, created_by, created_at, updated_at)
values (id(8), id(107), 1901, 'EUR', 'other', 'requested', 'stripe', 'system', at(70), at(70));

-- name: one_currency_for_each_order
update refund set currency = 'USD' where id = id(9108);

-- name: order_total_adds_up
update orders set subtotal = subtotal + 1, total_amount = total_amount + 1 where id = id(107);

-- name: order_line_adds_up
alter table order_item drop constraint order_item_check;
update order_item set unit_price = 1 where id = id(1071);

-- name: order_has_its_contact
delete from order_contact where order_id = id(107);

-- name: taken_equals_total
update payment set amount = 1 where order_id = id(107);

-- name: paid_once
drop index payment_once;
insert into payment (id, order_id, provider, provider_payment_id, amount, currency, status, paid_at, created_at)
values (id(8), id(107), 'stripe', 'pi_again', 1900, 'EUR', 'succeeded', at(60), at(60));

-- name: no_charge_is_kept_for_nothing
update payment set order_id = id(104) where order_id = id(107);

-- name: order_status_is_derived
update orders set status = 'paid' where id = id(108);

-- name: unpaid_order_reads_as_unpaid
alter table orders drop constraint order_fulfilled;
update orders set fulfilled_at = at(60) where id = id(104);

-- name: only_pending_orders_await_money
update orders set awaiting_payment = true where id = id(107);

-- name: no_order_is_pending_for_good
update checkout_session set expires_at = at(30) where order_id = id(102);

-- name: unoffered_order_is_not_pending_for_good
delete from checkout_session where order_id = id(102);
update orders set created_at = at(100) - interval '28 hours' where id = id(102);

-- name: free_order_has_no_session
insert into checkout_session (order_id, provider, provider_session_id, url, created_at, expires_at)
values (id(103), 'stripe', 'cs_103', 'https://pay.example.com', at(40), at(90));

-- name: free_order_is_paid_at_once
update orders set status = 'pending', paid_at = null, fulfilled_at = null where id = id(103);

-- name: delivered_in_full
delete from entitlement where id = id(10102);

-- name: nothing_delivered_twice
alter table entitlement drop constraint entitlement_once;
update entitlement set unit = 1 where id = id(10102);

-- name: nothing_delivered_unpaid
update entitlement set order_id = id(102) where id = id(10701);

-- name: delivered_in_time
update orders set fulfilled_at = null where id = id(107);

-- name: access_is_derived
update entitlement set status = 'active', revoked_at = null, revoked_reason = null where id = id(10801);

-- name: revoked_has_its_time_and_reason
update entitlement set revoked_reason = null where id = id(10801);

-- name: no_download_after_revocation
insert into download (id, entitlement_id, asset_id, charged, granted_at, url_expires_at, window_ends_at)
values (id(8), id(10801), id(11), true, at(61), at(70), at(75));

-- name: no_download_after_expiry
update entitlement set expires_at = at(30) where id = id(10101);

-- name: no_download_before_issue
update entitlement set issued_at = at(30) where id = id(10101);

-- name: downloads_within_the_limit
alter table entitlement drop constraint entitlement_downloads_left_check;
update entitlement set downloads_left = -1 where id = id(10701);

-- name: downloads_used_are_those_charged
update entitlement set downloads_left = 4 where id = id(10101);

-- name: charged_once_in_a_window
update download set charged = true where id = id(2);

-- name: uncharged_only_within_a_window
update download set granted_at = at(55) where id = id(2);

-- name: download_of_what_was_bought
update download set asset_id = id(11) where id = id(1);

-- name: replaced_link_opens_nothing
update retired_token set token_hash = hash_of('entitlement101/1');

-- name: license_follows_its_entitlement
update license_key set status = 'active' where entitlement_id = id(10103);

-- name: license_key_given_once
alter table license_key drop constraint license_key_key_key;
update license_key set key = 'KEY-' || id(10101) where entitlement_id = id(10102);

-- name: pool_key_drawn_once
update license_pool set key = 'another key';

-- name: activations_are_counted
update license_key set activated_count = 2 where id = id(10101);

-- name: machine_activated_once
drop index license_activation_once;
insert into license_activation (id, license_key_id, instance_name, fingerprint, created_at)
values (id(8), id(10101), 'laptop', 'machine', at(21));

-- name: no_activation_after_revocation
insert into license_activation (id, license_key_id, instance_name, created_at) values (id(8), id(10103), 'laptop', at(61));

-- name: promotion_within_its_limits
alter table promotion drop constraint promotion_limit;
update promotion set max_redemptions = 1;

-- name: promotion_uses_are_counted
update promotion set redemptions = 1;

-- name: promotion_use_is_of_a_live_order
update promotion_redemption set status = 'reserved' where order_id = id(104);

-- name: discount_has_its_promotion
delete from promotion_redemption where order_id = id(103);

-- name: unit_refunded_once
insert into refund (id, order_id, amount, currency, reason, status, provider, created_by, created_at, updated_at)
values (id(8), id(101), 4900, 'EUR', 'other', 'requested', 'stripe', 'system', at(70), at(70));
insert into refund_unit (refund_id, order_item_id, unit) values (id(8), id(1011), 3);

-- name: refund_covers_its_own_order
update refund_unit set order_item_id = id(1071), unit = 1;

-- name: provider_id_recorded_once
alter table refund drop constraint refund_provider_provider_refund_id_key;
update refund set provider_refund_id = 're_9101' where id = id(9108);

-- name: dispute_is_closed_when_it_says_so
update dispute set closed_at = null where id = id(3);

-- name: inbox_is_settled
update provider_event set status = 'received';

-- name: mail_is_not_late
update outbox set sent_at = null where id = id(107);

-- name: delivered_order_has_its_receipt
delete from outbox where id = id(107);

-- name: refund_has_its_mail
delete from outbox where id = id(9108);

-- name: mail_is_about_something
update outbox set subject_id = id(404) where kind = 'links';

-- name: audit_chain_holds
update audit_log set details = '{"total": 1}' where action = 'order.created' and subject_id = id(107)::text;

-- name: sale_is_audited
delete from audit_log where action = 'order.paid' and subject_id = id(108)::text;

-- name: refund_is_audited
delete from audit_log where action = 'refund.succeeded' and subject_id = id(9108)::text;

-- name: dispute_is_audited
delete from audit_log where action = 'dispute.lost';

-- name: entitlement_is_audited
delete from audit_log where action = 'entitlement.revoked' and subject_id = id(10801)::text;

-- name: product_is_audited
update product set version = 3 where id = id(1);

-- name: file_is_audited
delete from audit_log where action = 'asset.ready' and subject_id = id(11)::text;

-- name: api_key_is_audited
delete from audit_log where action = 'api_key.revoked';

-- name: admin_is_audited
insert into app_user (id, email, role, created_at, updated_at) values (id(8), 'eve@example.com', 'admin', at(0), at(0));

-- name: history_is_one_that_can_happen
insert into audit_log (id, seq, at, actor, action, subject_type, subject_id, previous_hash, hash)
values (gen_random_uuid(), 1000, at(101), 'system', 'order.cancelled', 'order', id(107)::text, hash_of('1'), hash_of('2'));

-- name: history_has_no_jump
insert into audit_log (id, seq, at, actor, action, subject_type, subject_id, details, previous_hash, hash)
values (gen_random_uuid(), 1000, at(101), 'system', 'order.refunded', 'order', id(107)::text, '{"before": "disputed"}',
  hash_of('1'), hash_of('2'));

-- name: refunds_and_disputes_go_forward
insert into audit_log (id, seq, at, actor, action, subject_type, subject_id, previous_hash, hash)
values (gen_random_uuid(), 1000, at(101), 'system', 'refund.pending', 'refund', id(9108)::text, hash_of('1'), hash_of('2'));

-- name: documents_have_no_gap
update invoice set number = 2 where kind = 'invoice';

-- name: credit_note_is_of_a_refund_that_succeeded
update refund set status = 'failed' where id = id(9101);

-- name: files_on_sale_were_verified
alter table product_asset drop constraint product_asset_check;
update product_asset set ready_at = null where id = id(11);

-- name: tokens_are_kept_as_hashes
update api_key set key_hash = hash_of('order101');

-- name: books_hold_no_secret
update payment set raw_response = '{"receipt_email": "ada@example.com"}' where order_id = id(107);
