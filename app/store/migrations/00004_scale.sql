-- +goose Up
-- How many parcels there are of each state and kind, kept by triggers: counting a million rows takes longer than a screen
-- may.
CREATE TABLE tally(
	state INTEGER NOT NULL,
	kind  TEXT NOT NULL,
	n     INTEGER NOT NULL,
	PRIMARY KEY (state, kind)
) STRICT, WITHOUT ROWID;
INSERT INTO tally(state, kind, n) SELECT state, kind, count(*) FROM job GROUP BY state, kind;

-- +goose StatementBegin
CREATE TRIGGER job_made AFTER INSERT ON job BEGIN
	INSERT INTO tally(state, kind, n) VALUES (new.state, new.kind, 1) ON CONFLICT (state, kind) DO UPDATE SET n = n + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER job_moved AFTER UPDATE OF state ON job WHEN old.state <> new.state BEGIN
	UPDATE tally SET n = n - 1 WHERE state = old.state AND kind = old.kind;
	INSERT INTO tally(state, kind, n) VALUES (new.state, new.kind, 1) ON CONFLICT (state, kind) DO UPDATE SET n = n + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER job_gone AFTER DELETE ON job BEGIN
	UPDATE tally SET n = n - 1 WHERE state = old.state AND kind = old.kind;
END;
-- +goose StatementEnd

CREATE INDEX job_state ON job(state, seq);
CREATE INDEX job_unsent ON job(day) WHERE state IN (0, 1, 5);
CREATE INDEX job_void ON job(seq) WHERE state IN (0, 5) AND kind = 'void';
CREATE INDEX ledger_day ON ledger(day);

-- Parcels of earlier epochs, saved from a database that was damaged (salvage.go). They are sent as what they are.
CREATE TABLE estate(
	n           INTEGER PRIMARY KEY,
	epoch       INTEGER NOT NULL,
	seq         INTEGER NOT NULL,
	id          BLOB NOT NULL,
	kind        TEXT NOT NULL,
	day         TEXT NOT NULL,
	hash        BLOB NOT NULL CHECK (length(hash) = 32),
	size        INTEGER NOT NULL,
	state       INTEGER NOT NULL,
	carried     INTEGER NOT NULL DEFAULT 0,
	attempts    INTEGER NOT NULL DEFAULT 0,
	next_at     INTEGER NOT NULL DEFAULT 0,
	lease       BLOB,
	lease_until INTEGER,
	reason      TEXT NOT NULL DEFAULT '',
	receipt     BLOB,
	sealed      BLOB,
	UNIQUE (epoch, seq)
) STRICT;
CREATE INDEX estate_due ON estate(n) WHERE state IN (0, 5);
CREATE INDEX estate_leased ON estate(n) WHERE state = 1;
CREATE TABLE estate_note(
	epoch INTEGER PRIMARY KEY,
	note  BLOB NOT NULL
) STRICT;
