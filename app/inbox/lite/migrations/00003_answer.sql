-- +goose Up
CREATE TABLE answer(
	n       INTEGER PRIMARY KEY AUTOINCREMENT,
	station TEXT NOT NULL,
	file    BLOB NOT NULL,
	sum     BLOB NOT NULL CHECK (length(sum) = 32),
	came    TEXT NOT NULL DEFAULT (date('now')),
	UNIQUE (station, sum)
) STRICT;
CREATE INDEX answer_station ON answer(station, n);
-- What was accepted and not yet published. Written in the transaction of the parcel itself, where somebody publishes.
CREATE TABLE outbox(
	id      INTEGER PRIMARY KEY AUTOINCREMENT,
	station TEXT NOT NULL,
	epoch   INTEGER NOT NULL,
	seq     INTEGER NOT NULL
) STRICT;
CREATE TABLE fan_out(name TEXT PRIMARY KEY) STRICT;
