-- +goose Up
-- Answers to what people asked about their own data, sealed to the code that each of them took home. They are kept until
-- they are handed over, at most 90 days.
CREATE TABLE answer(
	id   BLOB PRIMARY KEY CHECK (length(id) = 16), -- receipt number of the request
	day  TEXT NOT NULL,
	file BLOB -- nothing once it was handed over: the same answer may come again on a stick
) STRICT;
CREATE INDEX job_subject ON job(seq) WHERE kind = 'subject-request';
