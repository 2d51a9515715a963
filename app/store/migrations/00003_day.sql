-- +goose Up
-- Papers that are looked at once more at the end of their day. why is "risk" or "sample"; word is what a supervisor said,
-- empty: nothing yet.
CREATE TABLE review(
	serial INTEGER PRIMARY KEY REFERENCES ledger(serial),
	why    TEXT NOT NULL,
	word   TEXT NOT NULL DEFAULT '',
	reason TEXT NOT NULL DEFAULT '',
	clerk  TEXT NOT NULL DEFAULT ''
) STRICT;

-- Days that are closed, each with its signed report: counts, nobody's name.
CREATE TABLE closed(
	day        TEXT PRIMARY KEY,
	clerk      TEXT NOT NULL,
	report     BLOB NOT NULL,
	checkpoint BLOB NOT NULL
) STRICT;

-- Papers that other counters of the institution took back, from their signed notes (withdrawn.go).
CREATE TABLE withdrawn(
	series     TEXT NOT NULL,
	serial     INTEGER NOT NULL,
	cti        BLOB NOT NULL CHECK (length(cti) = 16),
	expiry_day TEXT NOT NULL,
	PRIMARY KEY (series, serial)
) STRICT, WITHOUT ROWID;

ALTER TABLE ledger ADD COLUMN reason TEXT NOT NULL DEFAULT '';   -- of spoiling or taking back: a code
ALTER TABLE ledger ADD COLUMN void_day TEXT NOT NULL DEFAULT ''; -- when it was taken back
