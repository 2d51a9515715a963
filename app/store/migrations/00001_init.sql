-- +goose Up
CREATE TABLE setting(
	key   TEXT PRIMARY KEY,
	value BLOB NOT NULL
) STRICT;

-- One row a voucher. Never a name, a number or an exact time.
CREATE TABLE ledger(
	serial       INTEGER PRIMARY KEY,
	name         TEXT NOT NULL UNIQUE,
	cti          BLOB NOT NULL UNIQUE CHECK (length(cti) = 16),
	status_index INTEGER NOT NULL UNIQUE,
	day          TEXT NOT NULL,
	expiry_day   TEXT NOT NULL,
	aud          TEXT NOT NULL,
	purpose      TEXT NOT NULL,
	clerk        TEXT NOT NULL,
	flags        TEXT NOT NULL,
	hash         BLOB NOT NULL CHECK (length(hash) = 32),
	state        TEXT NOT NULL,
	printed      INTEGER NOT NULL DEFAULT 0,
	copies       INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX ledger_open ON ledger(serial) WHERE state NOT IN ('handed-over', 'spoiled', 'void');

-- What is known of a parcel in the clear, apart from its bytes, so that a change of state never rewrites them.
CREATE TABLE job(
	seq         INTEGER PRIMARY KEY AUTOINCREMENT,
	id          BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
	kind        TEXT NOT NULL,
	serial      INTEGER REFERENCES ledger(serial),
	day         TEXT NOT NULL,
	hash        BLOB NOT NULL CHECK (length(hash) = 32),
	size        INTEGER NOT NULL,
	state       INTEGER NOT NULL DEFAULT 0,
	carried     INTEGER NOT NULL DEFAULT 0,
	attempts    INTEGER NOT NULL DEFAULT 0,
	next_at     INTEGER NOT NULL DEFAULT 0,
	lease       BLOB,
	lease_until INTEGER,
	reason      TEXT NOT NULL DEFAULT '',
	receipt     BLOB,
	checkpoint  INTEGER
) STRICT;
CREATE UNIQUE INDEX job_voucher ON job(serial) WHERE kind = 'voucher';
CREATE INDEX job_due ON job(seq) WHERE state IN (0, 5);
CREATE INDEX job_leased ON job(lease_until) WHERE state = 1;

CREATE TABLE body(
	seq    INTEGER PRIMARY KEY REFERENCES job(seq),
	sealed BLOB NOT NULL
) STRICT;

CREATE TABLE leaf(
	n    INTEGER PRIMARY KEY,
	data BLOB NOT NULL
) STRICT;

CREATE TABLE tree(
	i    INTEGER PRIMARY KEY,
	hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE TABLE checkpoint(
	size INTEGER PRIMARY KEY,
	note BLOB NOT NULL,
	sent INTEGER NOT NULL DEFAULT 0,
	held INTEGER NOT NULL DEFAULT 0
) STRICT;

-- The recipient's ledger (design §4, single use), keyed by (iss, serial).
CREATE TABLE seen(
	iss    TEXT NOT NULL,
	serial INTEGER NOT NULL,
	cti    BLOB NOT NULL CHECK (length(cti) = 16),
	aud    TEXT NOT NULL DEFAULT '',
	uses   INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (iss, serial)
) STRICT, WITHOUT ROWID;

-- What package people remembers of a clerk's tries (people.Tally). until is Unix seconds of station time, 0: none.
CREATE TABLE tries(
	clerk  TEXT PRIMARY KEY,
	failed INTEGER NOT NULL,
	event  INTEGER NOT NULL,
	until  INTEGER NOT NULL
) STRICT;
