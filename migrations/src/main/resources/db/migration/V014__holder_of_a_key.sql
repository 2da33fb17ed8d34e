-- Which call holds a key, so that a call whose commit's answer was lost finds that it holds it.

alter table idempotency_key add held_by uuid;
comment on column idempotency_key.held_by is 'the call that made the row or took it over, by an id of its own; null on rows of before';
