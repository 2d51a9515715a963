package pg

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"testing"
	"time"

	"bangban/app/inbox"
	"bangban/app/inbox/inboxtest"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

// TestStream puts batches of awkward sizes together and takes each parcel out again.
func TestStream(t *testing.T) {
	s := fresh(t, inboxtest.StartPostgres(t).Database(t))
	var seq int64
	for _, sizes := range [][]int{{1}, {pieceSize}, {pieceSize - 1, 2, pieceSize + 1}, {3 * pieceSize, 5, 2*pieceSize - 5}, {20_000, 19_440, 23_536}} {
		var st stream
		var want [][]byte
		for _, n := range sizes {
			b := bytes.Repeat([]byte{byte(n), byte(n >> 8), byte(seq)}, n/3+1)[:n]
			want = append(want, b)
		}
		err := pgx.BeginFunc(t.Context(), s.pool, func(tx pgx.Tx) error {
			var at int
			if err := tx.QueryRow(t.Context(), `SELECT nextval('stream')`).Scan(&st.id); err != nil {
				return err
			}
			for i, b := range want {
				sum := sha256.Sum256(b)
				if _, err := tx.Exec(t.Context(), `INSERT INTO parcel(station, epoch, seq, hash, kind, day, stored, stream, place, size)
					VALUES ('T01', 1, $1, $2, 'voucher', current_date, current_date, $3, $4, $5)`, seq+int64(i)+1, sum[:], st.id, at, len(b)); err != nil {
					return err
				}
				st.add(b)
				at += len(b)
			}
			return st.copy(t.Context(), tx, today(t, tx))
		})
		if err != nil {
			t.Fatal(err)
		}
		for i, b := range want {
			seq++
			got, err := s.Envelope(t.Context(), inbox.Ref{Station: "T01", Epoch: 1, Seq: uint64(seq)})
			if err != nil || !bytes.Equal(got, b) {
				t.Errorf("sizes %v, parcel %d: %d bytes, %v", sizes, i, len(got), err)
			}
		}
	}
	// A row fills its page, and no page holds two: that is what the size is for.
	var rows, pages int
	if err := s.pool.QueryRow(t.Context(), `SELECT count(*), pg_relation_size(tableoid) / 8192 FROM piece WHERE octet_length(bytes) = $1 GROUP BY tableoid`,
		pieceSize).Scan(&rows, &pages); err != nil || rows == 0 {
		t.Fatal(rows, err)
	}
	var most int
	if err := s.pool.QueryRow(t.Context(), `SELECT max(n) FROM (SELECT count(*) n FROM piece WHERE octet_length(bytes) = $1 GROUP BY (ctid::text::point)[0]) p`,
		pieceSize).Scan(&most); err != nil || most != 1 {
		t.Errorf("%d full rows in a page: %v", most, err)
	}
	// What has been moved away is not found, and neither is a half of it.
	if _, err := s.pool.Exec(t.Context(), `DELETE FROM piece WHERE part = 5`); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Envelope(t.Context(), inbox.Ref{Station: "T01", Epoch: 1, Seq: uint64(seq)}); !errors.Is(err, inbox.ErrNotFound) {
		t.Errorf("half a parcel: %v", err)
	}
}

// TestBefore reads what an earlier version stored, a row a parcel.
func TestBefore(t *testing.T) {
	url := inboxtest.StartPostgres(t).Database(t)
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	db := stdlib.OpenDB(*cfg)
	defer db.Close()
	if err := upTo(t.Context(), db, 2); err != nil {
		t.Fatal(err)
	}
	const day = "2026-11-25"
	if _, err := db.Exec(fmt.Sprintf(`CREATE TABLE body_20261125 PARTITION OF body FOR VALUES FROM ('%s') TO ('2026-11-26');
		INSERT INTO parcel VALUES ('T01', 1, 1, sha256('SPECIMEN'), 'voucher', '%[1]s', '%[1]s');
		INSERT INTO body VALUES ('%[1]s', 'T01', 1, 1, 'SPECIMEN')`, day)); err != nil {
		t.Fatal(err)
	}
	s := fresh(t, url)
	got, err := s.Envelope(t.Context(), inbox.Ref{Station: "T01", Epoch: 1, Seq: 1})
	if err != nil || string(got) != "SPECIMEN" {
		t.Fatalf("%q %v", got, err)
	}
	if _, err := db.Exec(`DROP TABLE body_20261125`); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Envelope(t.Context(), inbox.Ref{Station: "T01", Epoch: 1, Seq: 1}); !errors.Is(err, inbox.ErrNotFound) {
		t.Fatalf("moved away: %v", err)
	}
}

// fresh opens the store with a partition of today.
func fresh(t *testing.T, url string) *Store {
	t.Helper()
	s, err := Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	var day string
	if err := s.pool.QueryRow(t.Context(), `SELECT current_date::text`).Scan(&day); err != nil {
		t.Fatal(err)
	}
	if err := s.makeDay(t.Context(), day); err != nil {
		t.Fatal(err)
	}
	return s
}

func today(t *testing.T, tx pgx.Tx) (day time.Time) {
	t.Helper()
	if err := tx.QueryRow(t.Context(), `SELECT current_date`).Scan(&day); err != nil {
		t.Fatal(err)
	}
	return day
}

func upTo(ctx context.Context, db *sql.DB, version int64) error {
	p, err := provider(db, goose.WithVerbose(false))
	if err != nil {
		return err
	}
	_, err = p.UpTo(ctx, version)
	return err
}
