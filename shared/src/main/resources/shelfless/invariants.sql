-- What must always hold: each query returns the rows that break it, and none may. They run after every test of faults,
-- after a restore, and every hour against a live shop, where what they return is logged: ids, states and numbers, never a
-- key, a token's hash, an address or a machine. Whoever runs them may say what time it is by the shop's clock,
-- with set_config('shelfless.now', ..., true); without it the newest audit row tells, so that a check by age finds later
-- what it could have found at once, and never what is not there.

-- name: refunds_within_what_was_taken
-- Refunds that were made or are on their way, and disputes that were lost, are at most what was captured (rule 8).
select o.id, taken.amount as taken, given.amount + lost.amount as given
from orders o
cross join lateral (select coalesce(sum(amount), 0) as amount from payment where order_id = o.id and status = 'succeeded') taken
cross join lateral (
  select coalesce(sum(amount), 0) as amount from refund where order_id = o.id and status in ('pending', 'succeeded')) given
cross join lateral (select coalesce(sum(amount), 0) as amount from dispute where order_id = o.id and status = 'lost') lost
where given.amount + lost.amount > taken.amount;

-- name: refunds_asked_for_within_what_was_taken
-- Also those that the provider was not asked for yet count against the payment, so that two at once can't pass it.
select o.id
from orders o
where (select coalesce(sum(amount), 0) from refund where order_id = o.id and status in ('requested', 'pending', 'succeeded'))
  > (select coalesce(sum(amount), 0) from payment where order_id = o.id and status = 'succeeded');

-- name: one_currency_for_each_order
-- Payments, refunds and disputes are in the currency of their order (rule 2).
select o.id, money.currency
from orders o
join (
  select order_id, currency from payment
  union all select order_id, currency from refund
  union all select order_id, currency from dispute) money on money.order_id = o.id
where money.currency <> o.currency;

-- name: order_total_adds_up
-- The total is the lines less the discount with the tax, and the order is the sum of its lines (rule 1).
select o.id
from orders o
cross join lateral (
  select count(*) as lines, coalesce(sum(line_total), 0) as subtotal, coalesce(sum(discount), 0) as discount,
    coalesce(sum(tax) filter (where not tax_included), 0) as tax
  from order_item where order_id = o.id) line
where o.total_amount <> o.subtotal - o.discount + o.tax
  or line.lines = 0 or line.subtotal <> o.subtotal or line.discount <> o.discount or line.tax <> o.tax;

-- name: order_line_adds_up
-- A line is its units at the price as it was sold, and its discount is at most that.
select id from order_item
where line_total <> unit_price * quantity or discount > line_total or discount < 0 or tax < 0 or unit_price < 0;

-- name: order_has_its_contact
-- An order whose address was erased keeps the row, without the address.
select o.id from orders o where not exists (select from order_contact c where c.order_id = o.id);

-- name: taken_equals_total
-- A paid order's payment is its total; one that costs nothing has none (rule 5).
select o.id, o.total_amount, taken.amount
from orders o
cross join lateral (select coalesce(sum(amount), 0) as amount from payment where order_id = o.id and status = 'succeeded') taken
where o.paid_at is not null and taken.amount <> o.total_amount;

-- name: paid_once
-- An order is paid by one payment, whatever the provider repeats.
select order_id from payment where status = 'succeeded' group by order_id having count(*) > 1;

-- name: no_charge_is_kept_for_nothing
-- An order whose money was taken is paid: none is pending, failed or cancelled with a charge kept.
select o.id, o.status
from orders o
where (o.paid_at is null or o.status in ('pending', 'failed', 'cancelled'))
  and exists (select from payment p where p.order_id = o.id and p.status = 'succeeded');

-- name: order_status_is_derived
-- From its payment on, an order's status follows from its disputes and refunds, in this order.
select o.id, o.status
from orders o
cross join lateral (
  select coalesce(sum(amount), 0) as amount from refund where order_id = o.id and status in ('pending', 'succeeded')) given
where o.paid_at is not null
  and o.status <> case
    when exists (
      select from dispute d where d.order_id = o.id and d.status in ('needs_response', 'under_review', 'lost')) then 'disputed'
    when o.total_amount > 0 and given.amount >= o.total_amount then 'refunded'
    when given.amount > 0 then 'partially_refunded'
    else 'paid' end;

-- name: unpaid_order_reads_as_unpaid
-- An order without a time of payment is pending, failed or cancelled, and was not delivered.
select id, status from orders
where paid_at is null and (status not in ('pending', 'failed', 'cancelled') or fulfilled_at is not null);

-- name: only_pending_orders_await_money
-- Only a pending order waits for a delayed payment.
select id, status from orders where awaiting_payment and status <> 'pending';

-- name: no_order_is_pending_for_good
-- No order is pending an hour after its session ended, unless it awaits a delayed payment.
select o.id
from orders o join checkout_session s on s.order_id = o.id
where o.status = 'pending' and not o.awaiting_payment
  and s.expires_at + interval '1 hour' < (
    select coalesce(nullif(current_setting('shelfless.now', true), '')::timestamptz, max(at)) from audit_log where seq > 1);

-- name: unoffered_order_is_not_pending_for_good
-- An order that never got a session is over a day later: the sweep ends it after 25 hours, or the next time.
select o.id
from orders o
where o.status = 'pending' and not exists (select from checkout_session s where s.order_id = o.id)
  and o.created_at + interval '27 hours' < (
    select coalesce(nullif(current_setting('shelfless.now', true), '')::timestamptz, max(at)) from audit_log where seq > 1);

-- name: free_order_has_no_session
-- What costs nothing is never taken to the payment provider (rule 5).
select o.id from orders o join checkout_session s on s.order_id = o.id where o.total_amount = 0;

-- name: free_order_is_paid_at_once
-- An order that costs nothing never waits for money.
select id from orders where total_amount = 0 and paid_at is null;

-- name: delivered_in_full
-- A delivered order has exactly one entitlement for each unit of each item (rule 3).
select o.id, i.id as order_item_id, i.quantity, count(e.id) as delivered
from orders o
join order_item i on i.order_id = o.id
left join entitlement e on e.order_item_id = i.id
where o.fulfilled_at is not null
group by o.id, i.id
having count(e.id) <> i.quantity or count(distinct e.unit) <> i.quantity or max(e.unit) <> i.quantity;

-- name: nothing_delivered_twice
-- Each unit has one entitlement at most, delivered or not (rule 3).
select order_item_id, unit from entitlement group by order_item_id, unit having count(*) > 1;

-- name: nothing_delivered_unpaid
-- Only paid orders have entitlements, each of a unit of its own order's item and product.
select e.id
from entitlement e
left join order_item i on i.id = e.order_item_id
left join orders o on o.id = e.order_id
where o.paid_at is null or i.order_id <> e.order_id or i.product_id <> e.product_id or e.unit > i.quantity;

-- name: delivered_in_time
-- No paid order waits longer than 15 minutes for its delivery, with the queue and the sweep behind it.
select id from orders
where paid_at is not null and fulfilled_at is null
  and paid_at + interval '15 minutes' < (
    select coalesce(nullif(current_setting('shelfless.now', true), '')::timestamptz, max(at)) from audit_log where seq > 1);

-- name: access_is_derived
-- An entitlement opens exactly when the order's refunds, disputes and the seller allow it (rule 7).
select e.id, e.status
from entitlement e
join orders o on o.id = e.order_id
join product p on p.id = e.product_id
cross join lateral (
  select coalesce(sum(amount), 0) as amount from refund where order_id = o.id and status in ('pending', 'succeeded')) given
where e.status <> case
    when o.paid_at is null then 'pending'
    when o.total_amount > 0 and given.amount >= o.total_amount then 'revoked'
    when exists (
      select from refund_unit u join refund r on r.id = u.refund_id
      where u.order_item_id = e.order_item_id and u.unit = e.unit and r.status in ('pending', 'succeeded')) then 'revoked'
    when exists (select from dispute d where d.order_id = o.id and d.status = 'lost') then 'revoked'
    when e.withdrawn_at is not null then 'revoked'
    when exists (
      select from dispute d where d.order_id = o.id and d.status in ('needs_response', 'under_review')) then 'suspended'
    when e.status = 'pending' and p.licensed
      and not exists (select from license_key l where l.entitlement_id = e.id) then 'pending'
    else 'active' end;

-- name: revoked_has_its_time_and_reason
-- What is revoked says since when and why, and nothing else does (rule 7).
select id, status from entitlement
where (status = 'revoked') <> (revoked_at is not null) or (status = 'revoked') <> (revoked_reason is not null);

-- name: no_download_after_revocation
-- Nothing was granted once the entitlement was revoked.
select d.id from download d join entitlement e on e.id = d.entitlement_id where d.granted_at > e.revoked_at;

-- name: no_download_after_expiry
-- Nothing was granted once the entitlement's time was over (rule 6).
select d.id from download d join entitlement e on e.id = d.entitlement_id where d.granted_at >= e.expires_at;

-- name: no_download_before_issue
-- Nothing was granted before the entitlement was issued.
select d.id from download d join entitlement e on e.id = d.entitlement_id where d.granted_at < e.issued_at;

-- name: downloads_within_the_limit
-- What is left is from 0 to the limit, and both are unlimited or neither is.
select id from entitlement
where downloads_left < 0 or downloads_left > download_limit or (downloads_left is null) <> (download_limit is null);

-- name: downloads_used_are_those_charged
-- What was used of the limit is the number of downloads that were charged (rule 6).
select e.id, e.download_limit - e.downloads_left as used, charged.downloads as charged
from entitlement e
cross join lateral (select count(*) as downloads from download where entitlement_id = e.id and charged) charged
where e.download_limit is not null and e.download_limit - e.downloads_left <> charged.downloads;

-- name: charged_once_in_a_window
-- Asking again for the same file within the retry window costs nothing (rule 6).
select again.id
from download first
join download again on again.entitlement_id = first.entitlement_id and again.asset_id = first.asset_id
  and (again.granted_at, again.id) > (first.granted_at, first.id)
where first.charged and again.charged and again.granted_at < first.window_ends_at;

-- name: uncharged_only_within_a_window
-- A download that cost nothing followed one that was charged, before its window ended (rule 6).
select free.id
from download free
where not free.charged
  and not exists (
    select from download first
    where first.entitlement_id = free.entitlement_id and first.asset_id = free.asset_id and first.charged
      and first.granted_at <= free.granted_at and free.granted_at < first.window_ends_at);

-- name: download_of_what_was_bought
-- A grant is for a file of the entitlement's own product.
select d.id
from download d
join entitlement e on e.id = d.entitlement_id
join product_asset a on a.id = d.asset_id
where a.product_id <> e.product_id;

-- name: replaced_link_opens_nothing
-- A token that a reissue replaced is no entitlement's token any more.
select r.entitlement_id from retired_token r join entitlement e on e.token_hash = r.token_hash;

-- name: license_follows_its_entitlement
-- A licence key is valid exactly when its entitlement opens (rule 11).
select l.id, l.status, e.status as entitlement
from license_key l join entitlement e on e.id = l.entitlement_id
where l.status <> case e.status when 'revoked' then 'revoked' when 'suspended' then 'suspended' else 'active' end;

-- name: license_key_given_once
-- No key is given to two units, and no unit has two keys (rule 11).
select id, entitlement_id from (
  select id, entitlement_id, count(*) over (partition by key) as units,
    count(*) over (partition by entitlement_id) as keys
  from license_key) given
where units > 1 or keys > 1;

-- name: pool_key_drawn_once
-- An imported key is drawn for one unit at most, and is the key that the unit got.
select p.id
from license_pool p join license_key l on l.id = p.license_key_id
where l.key <> p.key or exists (select from license_pool q where q.license_key_id = p.license_key_id and q.id <> p.id);

-- name: activations_are_counted
-- The count of activations is that of the live ones, and within what is allowed (rule 11).
select l.id, l.activated_count
from license_key l
cross join lateral (
  select count(*) as live from license_activation where license_key_id = l.id and deactivated_at is null) activation
where l.activated_count <> activation.live or l.activated_count > l.activations_allowed;

-- name: machine_activated_once
-- A machine holds one live activation of a licence.
select license_key_id, count(*) as activations
from license_activation
where deactivated_at is null and fingerprint is not null
group by license_key_id, fingerprint having count(*) > 1;

-- name: no_activation_after_revocation
-- Nothing was activated once the licence was revoked.
select a.id
from license_activation a
join license_key l on l.id = a.license_key_id
join entitlement e on e.id = l.entitlement_id
where a.created_at > e.revoked_at;

-- name: promotion_within_its_limits
-- A promotion is used at most as often as it may be, in all and by each customer (rule 12).
select p.id, p.redemptions from promotion p where p.redemptions > p.max_redemptions
union all
select r.promotion_id, count(*)
from promotion_redemption r join promotion p on p.id = r.promotion_id
where r.status <> 'released'
group by r.promotion_id, r.customer, p.max_per_customer having count(*) > p.max_per_customer;

-- name: promotion_uses_are_counted
-- The count of uses is that of the reservations that were not given back.
select p.id, p.redemptions
from promotion p
where p.redemptions <> (select count(*) from promotion_redemption r where r.promotion_id = p.id and r.status <> 'released');

-- name: promotion_use_is_of_a_live_order
-- A use is reserved while its order is pending, redeemed once it is paid, and given back when it came to nothing.
select r.order_id, r.status, o.status as order_status
from promotion_redemption r join orders o on o.id = r.order_id
where (r.status = 'reserved' and o.status <> 'pending')
  or (r.status = 'redeemed' and o.paid_at is null)
  or (r.status = 'released' and o.status = 'pending')
  or r.promotion_id is distinct from o.promotion_id;

-- name: discount_has_its_promotion
-- Nothing is discounted without a promotion that was used for it.
select o.id from orders o
where o.discount > 0 and not exists (select from promotion_redemption r where r.order_id = o.id);

-- name: unit_refunded_once
-- Two refunds that stand never cover the same unit.
select u.order_item_id, u.unit
from refund_unit u join refund r on r.id = u.refund_id
where r.status <> 'failed'
group by u.order_item_id, u.unit having count(*) > 1;

-- name: refund_covers_its_own_order
-- The units of a refund are of the order that it gives money back for.
select u.refund_id
from refund_unit u
join refund r on r.id = u.refund_id
join order_item i on i.id = u.order_item_id
where i.order_id <> r.order_id or u.unit > i.quantity;

-- name: provider_id_recorded_once
-- Each payment, refund, dispute and session of the provider's has one row here, and a refund that it has, its id.
select 'payment' as what, provider_payment_id as id from payment
  group by provider, provider_payment_id having count(*) > 1
union all
select 'refund', provider_refund_id from refund where provider_refund_id is not null
  group by provider, provider_refund_id having count(*) > 1
union all
select 'refund', id::text from refund where status in ('pending', 'succeeded') and provider_refund_id is null
union all
select 'dispute', provider_dispute_id from dispute group by provider, provider_dispute_id having count(*) > 1
union all
select 'session', provider_session_id from checkout_session group by provider, provider_session_id having count(*) > 1;

-- name: dispute_is_closed_when_it_says_so
-- A dispute has a time of closing exactly when nothing follows any more.
select id, status from dispute
where (status in ('warning_closed', 'won', 'lost', 'prevented')) <> (closed_at is not null);

-- name: inbox_is_settled
-- What the provider told is handled, ignored or parked, or younger than 15 minutes.
select provider, event_id from provider_event
where status = 'received'
  and received_at + interval '15 minutes' < (
    select coalesce(nullif(current_setting('shelfless.now', true), '')::timestamptz, max(at)) from audit_log where seq > 1);

-- name: mail_is_not_late
-- The outbox holds nothing older than 5 minutes that was neither sent nor given up.
select id, kind from outbox
where sent_at is null and given_up is null
  and created_at + interval '5 minutes' < (
    select coalesce(nullif(current_setting('shelfless.now', true), '')::timestamptz, max(at)) from audit_log where seq > 1);

-- name: delivered_order_has_its_receipt
-- Each delivered order has a receipt in the outbox, and one only.
select o.id from orders o
where o.fulfilled_at is not null
  and (select count(*) from outbox m where m.kind = 'receipt' and m.subject_id = o.id) <> 1;

-- name: refund_has_its_mail
-- Each refund that the provider took on is told to the buyer, once.
select r.id from refund r
where r.status in ('pending', 'succeeded')
  and (select count(*) from outbox m where m.kind = 'refund' and m.subject_id = r.id) <> 1;

-- name: mail_is_about_something
-- A mail is about an order of this shop's, or a refund.
select m.id, m.kind from outbox m
where not case m.kind
  when 'refund' then exists (select from refund r where r.id = m.subject_id)
  else exists (select from orders o where o.id = m.subject_id) end;

-- name: audit_chain_holds
-- No audit row was changed, taken out or cut off (rule 13). The newest ones; AnchorAuditLog looks at all, daily.
select breaks.seq, breaks.reason
from audit_head head, lateral audit_log_breaks(head.seq - 10000, 9223372036854775807) breaks;

-- name: sale_is_audited
-- Each order has the audit row of its placing, of its payment and delivery once they happened, and of the state that it is
-- in (rule 13).
select o.id, wanted.action
from orders o
cross join lateral (
  values ('order.created', true), ('order.paid', o.paid_at is not null), ('order.fulfilled', o.fulfilled_at is not null),
    ('order.awaiting_payment', o.awaiting_payment), ('order.' || o.status, o.status <> 'pending')
) as wanted (action, expected)
where wanted.expected and not exists (
  select from audit_log a where a.subject_type = 'order' and a.subject_id = o.id::text and a.action = wanted.action);

-- name: refund_is_audited
-- Each refund has the audit row of the state that it is in (rule 13).
select r.id, r.status from refund r
where not exists (
  select from audit_log a
  where a.subject_type = 'refund' and a.subject_id = r.id::text and a.action = 'refund.' || r.status);

-- name: dispute_is_audited
-- Each dispute has the audit row of the state that it is in (rule 13).
select d.id, d.status from dispute d
where not exists (
  select from audit_log a
  where a.subject_type = 'order' and a.subject_id = d.order_id::text and a.action = 'dispute.' || d.status
    and a.details ->> 'dispute' = d.provider_dispute_id);

-- name: entitlement_is_audited
-- Each entitlement has the audit row of its issue, of each new link, of the seller's closing it, and of its suspension or
-- revocation while that lasts (rule 13).
select e.id, wanted.action
from entitlement e
cross join lateral (
  values ('entitlement.issued', 1), ('entitlement.reissued', e.token_generation),
    ('entitlement.withdrawn', case when e.withdrawn_at is null then 0 else 1 end),
    ('entitlement.' || e.status, case when e.status in ('suspended', 'revoked') then 1 else 0 end)
) as wanted (action, times)
where wanted.times > 0 and (
  select count(*) from audit_log a
  where a.subject_type = 'entitlement' and a.subject_id = e.id::text and a.action = wanted.action) < wanted.times;

-- name: product_is_audited
-- Each product has the audit row of its making, and one for each version after the first (rule 13).
select p.id, p.version from product p
where not exists (
    select from audit_log a
    where a.subject_type = 'product' and a.subject_id = p.id::text and a.action = 'product.created')
  or (select count(*) from audit_log a where a.subject_type = 'product' and a.subject_id = p.id::text) < p.version;

-- name: file_is_audited
-- Each file has the audit row of its announcement, and of what became of it (rule 13).
select f.id, f.status from product_asset f
where not exists (
    select from audit_log a
    where a.subject_type = 'asset' and a.subject_id = f.id::text and a.action = 'asset.announced')
  or (f.status <> 'pending' and not exists (
    select from audit_log a
    where a.subject_type = 'asset' and a.subject_id = f.id::text
      and a.action = case f.status when 'verifying' then 'asset.uploaded' else 'asset.' || f.status end));

-- name: api_key_is_audited
-- Each API key has the audit row of its making, and of its end when it was revoked (rule 13).
select k.id from api_key k
where not exists (select from audit_log a where a.subject_type = 'api_key' and a.subject_id = k.id::text)
  or (k.revoked_at is not null and not exists (
    select from audit_log a
    where a.subject_type = 'api_key' and a.subject_id = k.id::text and a.action = 'api_key.revoked'));

-- name: admin_is_audited
-- Nobody is an admin without an audit row that says so (rule 13).
select u.id from app_user u
where u.role = 'admin' and not exists (select from audit_log a where a.subject_type = 'user' and a.subject_id = u.id::text);

-- name: history_is_one_that_can_happen
-- An order is sold once, delivered once and after that, and never unpaid again once it was paid.
select sold.subject_id, later.action
from audit_log sold
join audit_log later on later.subject_type = 'order' and later.subject_id = sold.subject_id and later.seq > sold.seq
where sold.subject_type = 'order' and sold.action = 'order.paid'
  and coalesce(sold.details ->> 'before', '') in ('pending', 'failed', 'cancelled')
  and (later.action in ('order.failed', 'order.cancelled', 'order.awaiting_payment')
    or (later.action = 'order.paid' and coalesce(later.details ->> 'before', '') in ('pending', 'failed', 'cancelled')))
union all
select subject_id, action from audit_log
where subject_type = 'order' and action in ('order.created', 'order.fulfilled')
group by subject_id, action having count(*) > 1;

-- name: history_has_no_jump
-- Each change of an order's or an entitlement's state begins at the state that the change before it ended in.
select subject_id, action from (
  select subject_id, action, details ->> 'before' as before,
    lag(substr(action, 7)) over (partition by subject_id order by seq) as was
  from audit_log
  where subject_type = 'order' and action in ('order.created', 'order.paid', 'order.failed', 'order.cancelled',
    'order.disputed', 'order.partially_refunded', 'order.refunded')) change
where before <> case was when 'created' then 'pending' else was end
union all
select subject_id, action from (
  select subject_id, action, details ->> 'before' as before,
    lag(details ->> 'after') over (partition by subject_id order by seq) as was
  from audit_log
  where subject_type = 'entitlement' and action in ('entitlement.pending', 'entitlement.active', 'entitlement.suspended',
    'entitlement.revoked')) change
where before <> was;

-- name: refunds_and_disputes_go_forward
-- What the provider said of a refund or a dispute is never undone by older news.
select subject_id, action from (
  select subject_id, action, stage,
    max(stage) over (partition by subject_id order by seq rows between unbounded preceding and 1 preceding) as reached
  from (
    select subject_id, action, seq,
      array_position(array['requested', 'pending', 'succeeded', 'failed'], substr(action, 8)) as stage
    from audit_log where subject_type = 'refund') told) change
where stage <= reached
union all
select subject_id, action from (
  select subject_id, action, stage,
    max(stage) over (
      partition by subject_id, dispute order by seq rows between unbounded preceding and 1 preceding) as reached
  from (
    select subject_id, action, seq, details ->> 'dispute' as dispute,
      case substr(action, 9)
        when 'warning_needs_response' then 0 when 'warning_under_review' then 1 when 'warning_closed' then 2
        when 'needs_response' then 3 when 'under_review' then 4 else 5 end as stage
    from audit_log where subject_type = 'order' and action like 'dispute.%') told) change
where stage <= reached;

-- name: documents_have_no_gap
-- Invoices and credit notes are numbered from 1 to the counter, each once.
select series, last from invoice_counter
where last <> (select count(*) from invoice where kind = series)
  or last <> (select coalesce(max(number), 0) from invoice where kind = series)
  or last <> (select count(distinct number) from invoice where kind = series);

-- name: credit_note_is_of_a_refund_that_succeeded
-- A credit note is of a refund of its own order that succeeded.
select i.id from invoice i left join refund r on r.id = i.refund_id
where i.kind = 'credit_note' and (r.id is null or r.status <> 'succeeded' or r.order_id <> i.order_id);

-- name: files_on_sale_were_verified
-- A file that buyers get was verified first, and has the SHA-256 that it was announced with.
select id from product_asset where status = 'ready' and (ready_at is null or checksum !~ '^[0-9a-f]{64}$');

-- name: tokens_are_kept_as_hashes
-- No two things are opened by the same token, and what is kept of each is a SHA-256 (rule 14).
select what, id from (
  select what, id, octet_length(hash) as octets, count(*) over (partition by hash) as things
  from (
    select 'order' as what, id, token_hash as hash from orders
    union all select 'entitlement', id, token_hash from entitlement
    union all select 'api_key', id, key_hash from api_key) kept) kept
where things > 1 or octets <> 32;

-- name: books_hold_no_secret
-- Neither what the provider told nor the audit rows of sales hold an address, and no audit row a token or key.
select event_id as what from provider_event where payload::text ~ '[[:alnum:]._%+-]+@[[:alnum:]-]+\.[[:alpha:]]'
union all
select id::text from payment where raw_response::text ~ '[[:alnum:]._%+-]+@[[:alnum:]-]+\.[[:alpha:]]'
union all
select id::text from audit_log
where details::text ~ '(sk|ot|whsec)_[[:alnum:]_-]{16}'
  or (subject_type in ('order', 'refund') and details::text ~ '[[:alnum:]._%+-]+@[[:alnum:]-]+\.[[:alpha:]]');
