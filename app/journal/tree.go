package journal

import (
	"golang.org/x/mod/sumdb/tlog"
)

// Storage is where the tree lies. The store implements it over one transaction, so that leaf and hashes are written
// with the act itself or not at all.
type Storage interface {
	tlog.HashReader
	// Size is the number of leaves.
	Size() (int64, error)
	// Append writes leaf number n and the hashes that tlog.StoredHashes gave for it, which begin at
	// tlog.StoredHashCount(n).
	Append(n int64, leaf []byte, hashes []tlog.Hash) error
	// Leaf reads one leaf.
	Leaf(n int64) ([]byte, error)
}

// Append writes one act and gives its number.
func Append(s Storage, e Event) (int64, error) {
	leaf, err := e.Encode()
	if err != nil {
		return 0, err
	}
	n, err := s.Size()
	if err != nil {
		return 0, err
	}
	hashes, err := tlog.StoredHashes(n, leaf, s)
	if err != nil {
		return 0, err
	}
	return n, s.Append(n, leaf, hashes)
}

// Current is the checkpoint of the tree as it is now, not yet signed.
func Current(s Storage, origin string, parcels uint64) (Checkpoint, error) {
	n, err := s.Size()
	if err != nil {
		return Checkpoint{}, err
	}
	c := Checkpoint{Origin: origin, Size: n, Parcels: parcels}
	c.Root, err = Root(s, n)
	return c, err
}

// Root is the tree hash over the first n leaves (RFC 6962 §2.1).
func Root(s Storage, n int64) (tlog.Hash, error) { return tlog.TreeHash(n, s) }

// ProveConsistency proves that the tree of size newer continues that of size older (RFC 6962 §2.1.2).
func ProveConsistency(s Storage, older, newer int64) ([][]byte, error) {
	if older <= 0 || older >= newer {
		return nil, nil
	}
	p, err := tlog.ProveTree(newer, older, s)
	return flatten(p), err
}

// ProveInclusion proves that leaf n is in the tree of the given size (RFC 6962 §2.1.1).
func ProveInclusion(s Storage, n, size int64) ([][]byte, error) {
	p, err := tlog.ProveRecord(size, n, s)
	return flatten(p), err
}

// CheckInclusion decides whether leaf is leaf number n of the checkpoint's tree.
func CheckInclusion(c Checkpoint, n int64, leaf []byte, proof [][]byte) error {
	p := make(tlog.RecordProof, len(proof))
	for i, h := range proof {
		if len(h) != tlog.HashSize || i >= 64 {
			return ErrProof
		}
		copy(p[i][:], h)
	}
	if n < 0 || n >= c.Size || tlog.CheckRecord(p, c.Size, c.Root, n, tlog.RecordHash(leaf)) != nil {
		return ErrProof
	}
	return nil
}

func flatten[T ~[]tlog.Hash](p T) [][]byte {
	out := make([][]byte, len(p))
	for i := range p {
		out[i] = p[i][:]
	}
	return out
}
