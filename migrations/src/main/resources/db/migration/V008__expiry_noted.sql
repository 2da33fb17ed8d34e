-- Whether an entitlement is over is decided by the clock, whenever it is asked. That its end is told in the audit
-- log, once, needs a mark of its own.

alter table entitlement add column expiry_noted_at timestamptz;
comment on column entitlement.expiry_noted_at is 'when its expiry was told in the audit log; null again when a reissue moves the end';
create index entitlement_expiry_unnoted on entitlement (expires_at)
  where expires_at is not null and expiry_noted_at is null and status <> 'revoked';
grant update (expiry_noted_at) on entitlement to app;
-- Nothing else looks for entitlements by their end.
drop index entitlement_expiry;
