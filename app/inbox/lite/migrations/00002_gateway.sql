-- +goose Up
ALTER TABLE station ADD COLUMN unproven INTEGER NOT NULL DEFAULT 0;

-- One-time enrolment codes, hashed.
CREATE TABLE code(
	hash    BLOB PRIMARY KEY CHECK (length(hash) = 32),
	station TEXT NOT NULL,
	until   INTEGER NOT NULL,
	key     BLOB CHECK (length(key) = 32)
) STRICT;
