-- Evidence: keys, checkpoints, receipts, custody, holds, keeping. Recordings gain what the seal says about them.

ALTER TABLE recordings ADD COLUMN integrity text NOT NULL DEFAULT 'pending';
ALTER TABLE recordings ADD COLUMN blocks bigint NOT NULL DEFAULT 0;
ALTER TABLE recordings ADD COLUMN head_hex text NOT NULL DEFAULT '';
ALTER TABLE recordings ADD COLUMN end_reason text NOT NULL DEFAULT '';
ALTER TABLE recordings ADD COLUMN recovered boolean NOT NULL DEFAULT false;
ALTER TABLE recordings ADD COLUMN loss_ms bigint NOT NULL DEFAULT 0;
ALTER TABLE recordings ADD COLUMN origin_at_ms bigint;
ALTER TABLE recordings ADD COLUMN sealed_at_ms bigint;
ALTER TABLE recordings ADD COLUMN signing_key_id text;
ALTER TABLE recordings ADD COLUMN manifest_name text;
ALTER TABLE recordings ADD COLUMN court_state text NOT NULL DEFAULT 'none';
ALTER TABLE recordings ADD COLUMN court_reason text NOT NULL DEFAULT '';
ALTER TABLE recordings ADD COLUMN erased_at_ms bigint;
ALTER TABLE recordings ADD COLUMN erased_by_role text NOT NULL DEFAULT '';
ALTER TABLE recordings ADD COLUMN erased_by_id text NOT NULL DEFAULT '';
ALTER TABLE recordings ADD COLUMN data_key_id text NOT NULL DEFAULT '';

ALTER TABLE recording_files ADD COLUMN derived_from text NOT NULL DEFAULT '';
ALTER TABLE recording_files ADD COLUMN provenance text NOT NULL DEFAULT '';

-- An open dispute about the order keeps the media longer.
ALTER TABLE tickets ADD COLUMN disputed_at_ms bigint;

-- Derivatives are worked on when nothing else waits.
ALTER TABLE jobs ADD COLUMN priority integer NOT NULL DEFAULT 0;

-- The key of a recording's bytes, wrapped by its tenant's key-encryption key. It is nowhere else: without this row's key nothing
-- of the recording can be read, wherever copies of it lie.
CREATE TABLE recording_keys (
    recording_id text NOT NULL PRIMARY KEY,
    tenant_id text NOT NULL,
    kek_id text NOT NULL,
    wrapped_key text,
    created_at_ms bigint NOT NULL,
    destroyed_at_ms bigint
);
CREATE INDEX recording_keys_by_kek ON recording_keys (tenant_id, kek_id);

CREATE TABLE checkpoints (
    recording_id text NOT NULL REFERENCES recordings (id),
    part integer NOT NULL,
    block_seq bigint NOT NULL,
    tenant_id text NOT NULL,
    head_hex text NOT NULL,
    at_ms bigint NOT NULL,
    envelope text NOT NULL,
    PRIMARY KEY (recording_id, part, block_seq)
);

-- Who said a checkpoint back: one row each, so that two people never overwrite one another.
CREATE TABLE checkpoint_echoes (
    recording_id text NOT NULL,
    part integer NOT NULL,
    block_seq bigint NOT NULL,
    role text NOT NULL,
    tenant_id text NOT NULL,
    at_ms bigint NOT NULL,
    PRIMARY KEY (recording_id, part, block_seq, role)
);

CREATE TABLE receipts (
    code text NOT NULL PRIMARY KEY,
    tenant_id text NOT NULL,
    recording_id text NOT NULL REFERENCES recordings (id),
    call_id text NOT NULL REFERENCES calls (id),
    envelope text NOT NULL,
    issued_at_ms bigint NOT NULL
);
CREATE UNIQUE INDEX receipts_by_recording ON receipts (tenant_id, recording_id);
CREATE INDEX receipts_by_call ON receipts (tenant_id, call_id);

CREATE TABLE timestamps (
    id text NOT NULL PRIMARY KEY,
    tenant_id text NOT NULL,
    -- The recording, or the day of a custody root.
    subject text NOT NULL,
    name text NOT NULL,
    of_what text NOT NULL,
    imprint_hex text NOT NULL,
    state text NOT NULL,
    wanted_at_ms bigint NOT NULL,
    gen_time_ms bigint,
    reply_base64 text NOT NULL,
    attempts integer NOT NULL,
    last_error text NOT NULL
);
CREATE UNIQUE INDEX timestamps_by_name ON timestamps (tenant_id, subject, name);
CREATE INDEX timestamps_by_state ON timestamps (state, wanted_at_ms);

-- Append-only. The hash chain and the signed daily roots are the proof; the triggers only stop accidents.
CREATE TABLE custody_log (
    tenant_id text NOT NULL,
    entry_index bigint NOT NULL,
    at_ms bigint NOT NULL,
    kind text NOT NULL,
    actor_role text NOT NULL,
    actor_id text NOT NULL,
    subject text NOT NULL,
    detail text NOT NULL,
    previous text NOT NULL,
    previous_of_subject text NOT NULL,
    hash text NOT NULL,
    PRIMARY KEY (tenant_id, entry_index)
);
CREATE INDEX custody_by_subject ON custody_log (tenant_id, subject, entry_index);
CREATE TRIGGER custody_log_no_update BEFORE UPDATE ON custody_log BEGIN SELECT RAISE(ABORT, 'the custody log is append-only'); END;
CREATE TRIGGER custody_log_no_delete BEFORE DELETE ON custody_log BEGIN SELECT RAISE(ABORT, 'the custody log is append-only'); END;

CREATE TABLE custody_roots (
    tenant_id text NOT NULL,
    day text NOT NULL,
    tree_size bigint NOT NULL,
    root_hex text NOT NULL,
    envelope text NOT NULL,
    signed_at_ms bigint NOT NULL,
    PRIMARY KEY (tenant_id, day)
);

CREATE TABLE holds (
    id text NOT NULL PRIMARY KEY,
    tenant_id text NOT NULL,
    recording_id text NOT NULL REFERENCES recordings (id),
    reason_protected text NOT NULL,
    set_by_id text NOT NULL,
    set_by_name text NOT NULL,
    set_at_ms bigint NOT NULL,
    released_by_id text,
    released_at_ms bigint
);
CREATE INDEX holds_by_recording ON holds (tenant_id, recording_id);

CREATE TABLE retention_policies (
    tenant_id text NOT NULL PRIMARY KEY,
    media_days_after_close integer NOT NULL,
    dispute_media_days integer NOT NULL,
    records_days integer NOT NULL,
    version integer NOT NULL
);

CREATE TABLE tombstones (
    recording_id text NOT NULL PRIMARY KEY REFERENCES recordings (id),
    tenant_id text NOT NULL,
    envelope text NOT NULL,
    erased_at_ms bigint NOT NULL
);
