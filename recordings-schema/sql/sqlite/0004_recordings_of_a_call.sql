-- A call that outlives a crash of the server goes on in a further recording.
DROP INDEX recordings_by_call;
CREATE INDEX recordings_by_call ON recordings (tenant_id, call_id, started_at_ms);
