-- +goose Up
CREATE TABLE answer(
	n       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	station text  NOT NULL,
	file    bytea NOT NULL,
	sum     bytea NOT NULL CHECK (octet_length(sum) = 32),
	came    date  NOT NULL DEFAULT current_date,
	UNIQUE (station, sum)
);
CREATE INDEX answer_station ON answer(station, n);
