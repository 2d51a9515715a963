-- +goose Up
-- The key of a parcel is for ever; its bytes lie in body, by the day on which they came in, and may be moved away a day
-- at a time (OPERATORS.md) without the key being forgotten.
CREATE TABLE parcel(
	station text   NOT NULL,
	epoch   bigint NOT NULL,
	seq     bigint NOT NULL,
	hash    bytea  NOT NULL CHECK (octet_length(hash) = 32),
	kind    text   NOT NULL,
	day     date   NOT NULL,
	stored  date   NOT NULL,
	PRIMARY KEY (station, epoch, seq)
);

CREATE TABLE body(
	stored  date   NOT NULL,
	station text   NOT NULL,
	epoch   bigint NOT NULL,
	seq     bigint NOT NULL,
	sealed  bytea  NOT NULL,
	PRIMARY KEY (stored, station, epoch, seq)
) PARTITION BY RANGE (stored);
-- Sealed bytes do not shrink: trying to compress them only costs time.
ALTER TABLE body ALTER COLUMN sealed SET STORAGE EXTERNAL;

-- Bytes that came under a number that holds other bytes. Nothing here was ever receipted.
CREATE TABLE quarantine(
	station text   NOT NULL,
	epoch   bigint NOT NULL,
	seq     bigint NOT NULL,
	hash    bytea  NOT NULL CHECK (octet_length(hash) = 32),
	sealed  bytea  NOT NULL,
	came    timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (station, epoch, seq, hash)
);

CREATE TABLE station(
	station  text   NOT NULL,
	epoch    bigint NOT NULL,
	mark     bigint NOT NULL DEFAULT 0,
	highest  bigint NOT NULL DEFAULT 0,
	held     bigint NOT NULL DEFAULT 0,
	forks    bigint NOT NULL DEFAULT 0,
	unproven bigint NOT NULL DEFAULT 0,
	newest   date,
	seen     timestamptz,
	size     bigint NOT NULL DEFAULT 0,
	root     bytea  NOT NULL DEFAULT decode(repeat('00', 32), 'hex') CHECK (octet_length(root) = 32),
	parcels  bigint NOT NULL DEFAULT 0,
	note     bytea,
	PRIMARY KEY (station, epoch)
);

-- What was accepted and not yet published. Written in the transaction of the parcel itself, where somebody publishes.
CREATE TABLE outbox(
	id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	station text   NOT NULL,
	epoch   bigint NOT NULL,
	seq     bigint NOT NULL
);
CREATE TABLE fan_out(name text PRIMARY KEY);
