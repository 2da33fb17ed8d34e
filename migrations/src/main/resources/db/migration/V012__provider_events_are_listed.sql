-- The inbox is listed from its end, a page at a time.
create index provider_event_received on provider_event (received_at desc, event_id desc);
