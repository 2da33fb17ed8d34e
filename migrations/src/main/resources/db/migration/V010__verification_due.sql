-- A file whose message to VerifyAsset was lost is found again.
alter table product_asset add column verify_due_at timestamptz;
comment on column product_asset.verify_due_at is 'when its verification is asked for again, while it is verifying';
grant update (verify_due_at) on product_asset to app;
create index product_asset_verifying on product_asset (verify_due_at) where status = 'verifying';
