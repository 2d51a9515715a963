package queue

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Names on a carrier, typically a USB stick:
//
//	DIR/<station>-<epoch>-<first>-<last>.bangban.age   one batch (Batch.Encode), sealed outside to the intake keys
//	DIR/<station>-<epoch>-<first>-<last>.bangban       the same in the open, where the bundle names no intake key
//	DIR/receipts/<anything>.receipt                    one signed receipt each, written by the receiving side
//	DIR/receipts/<anything>.answer                     one answer each to what a person asked, sealed to the person's code
const (
	CarrierExt  = ".bangban"
	OutsideExt  = ".age"
	ReceiptsDir = "receipts"
	ReceiptExt  = ".receipt"
)

// MaxReceipts bounds how many receipts one call reads.
const MaxReceipts = 100_000

// WriteFile writes a file whole or not at all: temporary name, flush, rename, flush of the directory.
func WriteFile(path string, data []byte) (err error) {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".part-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncDir(dir)
}

// syncDir flushes a directory. FAT drivers and Windows refuse to; the rename is then as durable as they make it.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return nil
	}
	defer d.Close()
	_ = d.Sync()
	return nil
}

// Batches lists the batch files of a directory, numbers in names compared as numbers: 3-9 comes before 10-12.
func Batches(dir string) ([]string, error) {
	names, err := list(dir, CarrierExt)
	if err != nil {
		return nil, err
	}
	sealed, err := list(dir, CarrierExt+OutsideExt)
	names = append(names, sealed...)
	slices.SortStableFunc(names, func(a, b string) int { return strings.Compare(sortKey(a), sortKey(b)) })
	return names, err
}

// sortKey writes every number of a name with 20 digits.
func sortKey(name string) string {
	var b, digits strings.Builder
	flush := func() {
		if digits.Len() > 0 {
			b.WriteString(strings.Repeat("0", max(0, 20-digits.Len())) + digits.String())
			digits.Reset()
		}
	}
	for _, r := range filepath.Base(name) {
		if r >= '0' && r <= '9' {
			digits.WriteRune(r)
			continue
		}
		flush()
		b.WriteRune(r)
	}
	flush()
	return b.String()
}

// ReadBatch reads one batch file, with the intake keys where its outside is sealed. Nothing in it is verified but that
// it is whole, see DecodeBatch.
func ReadBatch(path string, keys ...*HolderKey) (*Batch, error) {
	data, err := ReadCarried(path)
	if err != nil {
		return nil, err
	}
	return OpenCarried(data, keys)
}

// ReadCarried reads one batch file as it is.
func ReadCarried(path string) ([]byte, error) { return readBounded(path, maxCarried) }

// OpenCarried reads what ReadCarried read: its first bytes tell whether its outside is sealed.
func OpenCarried(data []byte, keys []*HolderKey) (b *Batch, err error) {
	if bytes.HasPrefix(data, []byte("age-encryption.org/")) {
		if data, err = OpenOutside(data, keys); err != nil {
			return nil, err
		}
	}
	return DecodeBatch(data)
}

// Receipts reads the receipts in DIR/receipts, or in DIR itself where there is no such folder. They are not verified.
func Receipts(dir string) ([][]byte, error) {
	names, err := list(filepath.Join(dir, ReceiptsDir), ReceiptExt)
	if errors.Is(err, fs.ErrNotExist) {
		names, err = list(dir, ReceiptExt)
	}
	if err != nil {
		return nil, err
	}
	out := make([][]byte, 0, len(names))
	for _, name := range names {
		b, err := readBounded(name, MaxReceipt)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

// CarriedAnswers reads the answers that lie with the receipts. They are not verified.
func CarriedAnswers(dir string) ([][]byte, error) {
	names, err := list(filepath.Join(dir, ReceiptsDir), AnswerExt)
	if errors.Is(err, fs.ErrNotExist) {
		names, err = list(dir, AnswerExt)
	}
	if err != nil {
		return nil, err
	}
	var out [][]byte
	for _, name := range names {
		b, err := readBounded(name, maxAnswerFile)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

// WriteAnswer writes one answer where CarriedAnswers finds it.
func WriteAnswer(dir, station string, n int64, file []byte) error {
	d := filepath.Join(dir, ReceiptsDir)
	if err := os.MkdirAll(d, 0o700); err != nil {
		return err
	}
	if strings.ContainsAny(station, `/\:.`) {
		return ErrName
	}
	return WriteFile(filepath.Join(d, fmt.Sprintf("%s-%d%s", station, n, AnswerExt)), file)
}

// WriteReceipt writes one signed receipt where Receipts finds it.
func WriteReceipt(dir string, r *Receipt, signed []byte) error {
	d := filepath.Join(dir, ReceiptsDir)
	if err := os.MkdirAll(d, 0o700); err != nil {
		return err
	}
	if strings.ContainsAny(r.Station, `/\:.`) {
		return ErrName
	}
	return WriteFile(filepath.Join(d, fmt.Sprintf("%s-%d-%d%s", r.Station, r.Epoch, r.Seq, ReceiptExt)), signed)
}

func list(dir, ext string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() && strings.HasSuffix(e.Name(), ext) && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, filepath.Join(dir, e.Name()))
		}
	}
	if len(names) > MaxReceipts {
		return nil, ErrTooLarge
	}
	slices.Sort(names)
	return names, nil
}

func readBounded(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(b)) > limit {
		return nil, fmt.Errorf("%w: file", ErrTooLarge)
	}
	return b, nil
}
