package inbox

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits bound what one gateway takes on itself. Zero fields have the values of fill.
type Limits struct {
	Body      int64         // bytes of one batch
	Memory    int64         // bytes of all batches that are being taken at once
	PerMinute int           // batches of one station
	Burst     int           // batches of one station at once
	Enrol     int           // enrolments a minute from one address
	Slow      int64         // bytes a second that a sender must reach
	Grace     time.Duration // that every request has on top
}

func (l Limits) fill(maxBody int64) Limits {
	for _, f := range []struct {
		at *int64
		to int64
	}{{&l.Body, maxBody}, {&l.Memory, 256 << 20}, {&l.Slow, 1 << 10}} {
		if *f.at <= 0 {
			*f.at = f.to
		}
	}
	for _, f := range []struct {
		at *int
		to int
	}{{&l.PerMinute, 120}, {&l.Burst, 60}, {&l.Enrol, 6}} {
		if *f.at <= 0 {
			*f.at = f.to
		}
	}
	if l.Grace <= 0 {
		l.Grace = 30 * time.Second
	}
	return l
}

// maxBuckets bounds the memory of a set of rates; a province has 100,000 stations.
const maxBuckets = 200_000

// buckets is a rate for each name. Where there are too many names all begin again, full.
type buckets struct {
	burst int

	mu  sync.Mutex
	all map[string]*rate.Limiter
}

func newBuckets(burst int) *buckets { return &buckets{burst: burst, all: map[string]*rate.Limiter{}} }

// allow takes one from a name's bucket; wait says when to come back.
func (b *buckets) allow(name string, perMinute int, now time.Time) (wait time.Duration, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	limit := rate.Limit(float64(perMinute) / 60)
	l := b.all[name]
	if l == nil {
		if len(b.all) >= maxBuckets {
			clear(b.all)
		}
		l = rate.NewLimiter(limit, b.burst)
		b.all[name] = l
	}
	if l.Limit() != limit {
		l.SetLimitAt(now, limit)
	}
	r := l.ReserveN(now, 1)
	if !r.OK() {
		return time.Minute, false
	}
	if wait = r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
		return wait, false
	}
	return 0, true
}

// budget is memory that requests share.
type budget struct {
	mu         sync.Mutex
	used, most int64
}

func (b *budget) take(n int64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.used > 0 && b.used+n > b.most {
		return false
	}
	b.used += n
	return true
}

func (b *budget) give(n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used -= n
}

func (b *budget) now() float64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return float64(b.used)
}
