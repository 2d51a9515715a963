package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"bangban/app/queue"
	"bangban/app/queue/folder"
	"bangban/app/store"
)

// Names of what a child process is told.
const (
	faultChild = "BANGBAN_STORE_FAULT_CHILD" // the act to play
	faultDir   = "BANGBAN_STORE_FAULT_DIR"   // of the rig
	faultSync  = "BANGBAN_STORE_FAULT_SYNC"  // another level than FULL
)

// playFault is a counter that does one thing until it is done or dies. What it has acknowledged it says at once, in one
// write: "E receipt-number" queued, "S epoch seq id hash" reached the receiver, "C seq" lies on a stick.
func playFault(act string) error {
	runtime.LockOSThread() // one thread, so that the n-th call is the n-th call
	r, err := openRig(os.Getenv(faultDir))
	if err != nil {
		return err
	}
	conf := r.conf(r.data())
	conf.Holder = "child"
	if level := os.Getenv(faultSync); level != "" {
		conf = conf.Sync(level)
	}
	if act == "unlocked" {
		conf = conf.NoLock()
	}
	ctx := context.Background()
	s, err := store.Open(ctx, conf)
	if err != nil {
		return err
	}
	say("R", "open")
	switch act {
	case "enqueue":
		err = issueSome(ctx, s, 12)
	case "migration":
		err = issueSome(ctx, s, 3)
	case "checkpoint":
		for range 4 {
			if err = issueSome(ctx, s, 3); err != nil {
				break
			}
			if _, err = s.Checkpoint(ctx); err != nil {
				break
			}
			if err = s.Truncate(ctx); err != nil {
				break
			}
		}
	case "ack":
		err = ackAll(ctx, s, r, 3)
	case "purge":
		err = ackAll(ctx, s, r, 1)
	case "export":
		err = carryAll(ctx, s, r, filepath.Join(r.dir, "data", "stick"))
	case "work", "careless", "unlocked":
		err = work(ctx, s, r, act == "careless")
	case "errors", "bold":
		return stumble(ctx, s, r, act == "bold")
	}
	return errors.Join(err, s.Close())
}

func say(word string, rest ...any) {
	os.Stdout.WriteString(word + " " + strings.TrimSuffix(fmt.Sprintln(rest...), "\n") + "\n")
}

func issueSome(ctx context.Context, s *store.Store, n int) error {
	for range n {
		id, err := s.Issue(ctx, draft)
		if err != nil {
			return err
		}
		say("E", id)
	}
	return nil
}

// send says what reached the receiver before the receipts are settled, as a network would have it.
func send(r *rig, b queue.Batch) (out []queue.Outcome) {
	for _, p := range b.Parcels {
		say("S", p.Epoch, p.Seq, fmt.Sprintf("%x", p.ID[:]), fmt.Sprintf("%x", p.Hash[:]))
		out = append(out, queue.Outcome{Seq: p.Seq, Result: queue.Accepted, Receipt: r.receipt(p)})
	}
	return out
}

func ackAll(ctx context.Context, s *store.Store, r *rig, atOnce int) error {
	_, err := queue.Deliver(ctx, s, sink(func(b queue.Batch) ([]queue.Outcome, error) { return send(r, b), nil }),
		queue.Options{Receipts: r.receipts, Max: atOnce})
	return err
}

func carryAll(ctx context.Context, s *store.Store, r *rig, dir string) error {
	stick := folder.New(dir, r.holder.Holder())
	for range 3 {
		if err := issueSome(ctx, s, 2); err != nil {
			return err
		}
		var seqs []uint64
		_, err := queue.Deliver(ctx, s, sink(func(b queue.Batch) ([]queue.Outcome, error) {
			for _, p := range b.Parcels {
				seqs = append(seqs, p.Seq)
			}
			return stick.Deliver(ctx, b)
		}), queue.Options{})
		if err != nil {
			return err
		}
		for _, n := range seqs {
			say("C", n)
		}
	}
	return nil
}

// work issues and sends for ever. Careless, it takes parcels for sent before they are.
func work(ctx context.Context, s *store.Store, r *rig, careless bool) error {
	for i := 0; ; i++ {
		if err := issueSome(ctx, s, 1+i%3); err != nil {
			return err
		}
		if !careless {
			if err := ackAll(ctx, s, r, 2); err != nil {
				return err
			}
			continue
		}
		lease, err := s.Claim(ctx, queue.Want{Max: 2, Lease: time.Minute})
		if err != nil || lease == nil {
			return err
		}
		var done []queue.Settlement
		for _, p := range lease.Batch.Parcels {
			rec, err := queue.OpenReceipt(r.receipt(p), r.receipts)
			if err != nil {
				return err
			}
			done = append(done, queue.Settlement{Seq: p.Seq, Result: queue.Accepted, Receipt: rec})
		}
		if _, err := s.Settle(ctx, lease.Token, done); err != nil {
			return err
		}
		say("P", "purged")
		send(r, lease.Batch)
	}
}

// stumble works on after every failure: nothing that failed may count, nothing that was acknowledged may go.
// Bold, it acknowledges what failed.
func stumble(ctx context.Context, s *store.Store, r *rig, bold bool) error {
	for i := range 8 {
		if err := issueSome(ctx, s, 1); err != nil {
			say("F", "issue")
			if bold {
				say("E", "failed", i)
			}
		}
		if err := ackAll(ctx, s, r, 2); err != nil {
			say("F", "send")
		}
	}
	if err := s.Close(); err != nil {
		say("F", "close")
	}
	return nil
}
