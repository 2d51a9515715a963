-- +goose Up
-- What was handed to printers (print_job.go). printer is its URI, job the number it gave, 0: none yet. hash is of the whole
-- document, which holds 128 random bits, so it cannot be guessed from a name.
CREATE TABLE print_job(
	id        INTEGER PRIMARY KEY AUTOINCREMENT,
	printer   TEXT NOT NULL,
	serial    TEXT NOT NULL,
	sha256    BLOB NOT NULL CHECK (length(sha256) = 32),
	job       INTEGER NOT NULL DEFAULT 0,
	ended     TEXT NOT NULL DEFAULT '',
	submitted TEXT NOT NULL
) STRICT;
CREATE INDEX print_job_serial ON print_job(serial, printer);
