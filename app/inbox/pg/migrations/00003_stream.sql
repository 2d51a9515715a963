-- +goose Up
-- Sealed bytes lie one batch after the other in pages of their own: rows of 8,112 bytes fill a page of PostgreSQL, where
-- values that are kept out of line cost a row and an index entry every 2,000 bytes. A parcel names its stream and where it
-- lies in it. What came before this stays in body.
CREATE SEQUENCE stream AS bigint CACHE 32;
CREATE TABLE piece(
	stream bigint   NOT NULL,
	stored date     NOT NULL,
	part   smallint NOT NULL,
	bytes  bytea    NOT NULL
) PARTITION BY RANGE (stored);
ALTER TABLE piece ALTER COLUMN bytes SET STORAGE PLAIN;
CREATE INDEX piece_part ON piece(stream, part);

ALTER TABLE parcel ADD COLUMN stream bigint, ADD COLUMN place integer, ADD COLUMN size integer;

-- sealed gives the bytes of a parcel; NULL where its day has been moved away.
-- +goose StatementBegin
CREATE FUNCTION sealed(p parcel) RETURNS bytea LANGUAGE plpgsql STABLE AS $$
DECLARE
	found bytea;
BEGIN
	IF p.stream IS NULL THEN
		SELECT b.sealed INTO found FROM body b
			WHERE b.stored = p.stored AND b.station = p.station AND b.epoch = p.epoch AND b.seq = p.seq;
		RETURN found;
	END IF;
	SELECT substring(string_agg(bytes, '' ORDER BY part) FROM p.place % 8112 + 1 FOR p.size) INTO found FROM piece
		WHERE stored = p.stored AND stream = p.stream AND part BETWEEN p.place / 8112 AND (p.place + p.size - 1) / 8112;
	RETURN CASE octet_length(found) WHEN p.size THEN found END;
END $$;
-- +goose StatementEnd
