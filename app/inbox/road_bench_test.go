package inbox_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bangban/app/inbox"
	"bangban/app/inbox/inboxtest"
	"bangban/app/queue"
)

// benchBody is a record's body whose parcel is about 20 kB.
const benchBody = 16 << 10

func perSecond(b *testing.B, parcels int) {
	b.ReportMetric(float64(parcels)/b.Elapsed().Seconds(), "parcels/s")
}

func benchCounter(b *testing.B) *inboxtest.Counter {
	return inboxtest.NewHall(b).Counter(b, "T01", nil)
}

func put(b *testing.B, c *inboxtest.Counter) {
	b.Helper()
	if _, err := c.Put(b.Context(), queue.KindVerification, "01", make([]byte, benchBody)); err != nil {
		b.Fatal(err)
	}
}

// sealedSize is how many bytes a parcel of benchBody has.
func sealedSize(b *testing.B) int {
	c := benchCounter(b)
	put(b, c)
	lease, err := c.Claim(b.Context(), queue.Want{Max: 1, Lease: time.Minute, Now: true})
	if err != nil {
		b.Fatal(err)
	}
	return lease.Batch.Parcels[0].Size
}

// BenchmarkEnqueue is how often a second a record can be sealed and kept for sure, beside what the disk does with the same
// bytes, and what the C shell of SQLite does with the same rows, one commit each. packaging/queuebench.sh makes a table.
func BenchmarkEnqueue(b *testing.B) {
	size := sealedSize(b)
	b.Run("counter", func(b *testing.B) {
		c := benchCounter(b)
		b.ResetTimer()
		for range b.N {
			put(b, c)
		}
		perSecond(b, b.N)
	})
	b.Run("append+fsync", func(b *testing.B) {
		f, err := os.Create(filepath.Join(b.TempDir(), "raw"))
		if err != nil {
			b.Fatal(err)
		}
		defer f.Close()
		data := make([]byte, size)
		b.ResetTimer()
		for range b.N {
			if _, err := f.Write(data); err != nil {
				b.Fatal(err)
			}
			if err := f.Sync(); err != nil {
				b.Fatal(err)
			}
		}
		perSecond(b, b.N)
	})
	b.Run("sqlite3-shell", func(b *testing.B) { shell(b, size) })
}

// shell lets the C shell write the rows of a parcel: job and bytes, one commit each, settings of app/store.
func shell(b *testing.B, size int) {
	bin, err := exec.LookPath("sqlite3")
	if err != nil {
		b.Skip("no sqlite3 here: package sqlite3")
	}
	var sql strings.Builder
	sql.WriteString(`PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=1;
CREATE TABLE job(seq INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE, kind TEXT NOT NULL, day TEXT NOT NULL, hash BLOB NOT NULL,
	size INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX job_due ON job(seq) WHERE state IN (0, 5);
CREATE TABLE body(seq INTEGER PRIMARY KEY REFERENCES job(seq), sealed BLOB NOT NULL) STRICT;
`)
	for range b.N {
		fmt.Fprintf(&sql, `BEGIN IMMEDIATE; INSERT INTO job(id, kind, day, hash, size) VALUES (randomblob(16), 'voucher', '2026-11-26', randomblob(32), %d);
INSERT INTO body VALUES (last_insert_rowid(), zeroblob(%[1]d)); COMMIT;
`, size)
	}
	cmd := exec.Command(bin, "-bail", filepath.Join(b.TempDir(), "shell.db"))
	cmd.Stdin = strings.NewReader(sql.String())
	b.ResetTimer()
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	perSecond(b, b.N)
}

// BenchmarkDrain is how fast parcels that wait reach a gateway over TLS, are stored there and purged here on receipts,
// beside a bare HTTP POST of the same bytes. One run is a batch.
func BenchmarkDrain(b *testing.B) {
	const batch = 32 // as queue.Deliver sends them
	b.Run("gateway", func(b *testing.B) {
		h := inboxtest.NewHall(b)
		cfg := h.Gateway(b, openLite(b))
		cfg.Limits = inbox.Limits{PerMinute: 1 << 20, Burst: 1 << 20}
		_, address := h.Serve(b, cfg)
		c := h.Counter(b, "T01", nil)
		sink := c.Sink(b, address)
		for b.Loop() {
			b.StopTimer()
			for range batch {
				put(b, c)
			}
			b.StartTimer()
			if done, err := c.Deliver(b.Context(), sink); err != nil || done.Purged != batch {
				b.Fatalf("%+v %v", done, err)
			}
		}
		perSecond(b, b.N*batch)
	})
	b.Run("bare-POST", func(b *testing.B) {
		s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
		defer s.Close()
		data := make([]byte, batch*sealedSize(b))
		for b.Loop() {
			res, err := s.Client().Post(s.URL, queue.TypeBatch, bytes.NewReader(data))
			if err != nil {
				b.Fatal(err)
			}
			res.Body.Close()
		}
		perSecond(b, b.N*batch)
	})
}
