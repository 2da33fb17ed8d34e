-- A line belongs to the transaction that placed its order: one that costs nothing would not change
-- the sums, and could otherwise be added later.
alter table orders add column placed_in xid8 not null default pg_current_xact_id();
comment on column orders.placed_in is 'the transaction that placed the order, the only one that may add lines to it';
revoke insert on orders from app;
grant insert (id, number, user_id, status, subtotal, discount, tax, total_amount, currency, country, vat_id, tax_evidence,
  promotion_id, awaiting_payment, token_hash, token_key_id, token_generation, created_at, paid_at, fulfilled_at)
  on orders to app;

create or replace function order_sums() returns trigger
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
    and (o.placed_in <> pg_current_xact_id()
         or line.lines = 0 or line.subtotal <> o.subtotal or line.discount <> o.discount
         or coalesce(line.tax, 0) <> o.tax);
  if wrong is not null then
    raise exception 'order % is not the sum of its lines', wrong
      using errcode = 'integrity_constraint_violation', constraint = 'order_sums';
  end if;
  return null;
end
$$;
