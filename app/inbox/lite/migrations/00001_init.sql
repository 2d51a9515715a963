-- +goose Up
CREATE TABLE parcel(
	station TEXT NOT NULL,
	epoch   INTEGER NOT NULL,
	seq     INTEGER NOT NULL,
	hash    BLOB NOT NULL CHECK (length(hash) = 32),
	kind    TEXT NOT NULL,
	day     TEXT NOT NULL,
	sealed  BLOB NOT NULL,
	UNIQUE (station, epoch, seq)
) STRICT;

-- Bytes that came under a number that holds other bytes. Nothing here was ever receipted.
CREATE TABLE quarantine(
	station TEXT NOT NULL,
	epoch   INTEGER NOT NULL,
	seq     INTEGER NOT NULL,
	hash    BLOB NOT NULL CHECK (length(hash) = 32),
	sealed  BLOB NOT NULL,
	UNIQUE (station, epoch, seq, hash)
) STRICT;

CREATE TABLE station(
	station TEXT NOT NULL,
	epoch   INTEGER NOT NULL,
	mark    INTEGER NOT NULL DEFAULT 0,
	size    INTEGER NOT NULL DEFAULT 0,
	root    BLOB NOT NULL DEFAULT (zeroblob(32)) CHECK (length(root) = 32),
	parcels INTEGER NOT NULL DEFAULT 0,
	note    BLOB,
	PRIMARY KEY (station, epoch)
) STRICT;
