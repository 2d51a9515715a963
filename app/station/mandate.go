package station

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"io"
	"strings"
	"time"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/keys"
	"bangban/app/qrread"
	"bangban/app/sheets"
	"bangban/app/voucher"
	"bangban/print"
)

// mandates implements flow.Mandates with the key that the login has opened.
type mandates struct{ s *Station }

// Sign implements flow.Mandates. What keeps a voucher from being signed keeps a mandate from it.
func (w mandates) Sign(_ context.Context, m *voucher.Mandate) (cose []byte, text string, err error) {
	return w.s.sign("mandate.sign", func(k voucher.Signer) ([]byte, error) { return voucher.SignMandate(m, k) })
}

// Settings that count mandates by helper. What is kept of a helper are 16 bits of an HMAC under a key that only this counter
// has: a list of numbers tried against them leaves thousands of people each, while two helpers of one counter are rarely
// taken for one.
const (
	keyHelperKey = "helper.key"
	keyHelpers   = "helper.live"
	maxHelpers   = 100_000
)

type helperRow struct {
	Tag    uint16 `json:"t"`
	Serial string `json:"s"`
	Until  string `json:"u"` // day
}

func (w mandates) tag(ctx context.Context, kind, number string) (uint16, error) {
	key, err := w.s.store.Get(ctx, keyHelperKey)
	if err != nil {
		return 0, err
	}
	if len(key) != sha256.Size {
		key = make([]byte, sha256.Size)
		if _, err = io.ReadFull(rand.Reader, key); err != nil {
			return 0, err
		}
		if err = w.s.store.Set(ctx, keyHelperKey, key); err != nil {
			return 0, err
		}
	}
	m := hmac.New(sha256.New, key)
	m.Write([]byte(kind))
	m.Write([]byte{0})
	m.Write([]byte(strings.ToUpper(strings.TrimSpace(number))))
	return binary.BigEndian.Uint16(m.Sum(nil)), nil
}

// rows are the mandates that are not over.
func (w mandates) rows(ctx context.Context) (live []helperRow, err error) {
	b, err := w.s.store.Get(ctx, keyHelpers)
	if err != nil || len(b) == 0 {
		return nil, err
	}
	var all []helperRow
	if err := json.Unmarshal(b, &all); err != nil {
		return nil, err
	}
	today := w.s.clock.Time().Format(time.DateOnly)
	for _, r := range all {
		if r.Until >= today {
			live = append(live, r)
		}
	}
	return live, nil
}

// Live implements flow.Mandates.
func (w mandates) Live(ctx context.Context, kind, number string) (n int, err error) {
	tag, err := w.tag(ctx, kind, number)
	if err != nil {
		return 0, err
	}
	rows, err := w.rows(ctx)
	if err != nil {
		return 0, err
	}
	for _, r := range rows {
		if r.Tag != tag {
			continue
		}
		row, err := w.s.store.Voucher(ctx, r.Serial)
		if err == nil && (row.State == desk.StateVoid || row.State == desk.StateSpoiled) {
			continue
		}
		n++
	}
	return n, nil
}

// Note implements flow.Mandates.
func (w mandates) Note(ctx context.Context, serial, kind, number string, until time.Time) error {
	tag, err := w.tag(ctx, kind, number)
	if err != nil {
		return err
	}
	rows, err := w.rows(ctx)
	if err != nil {
		return err
	}
	rows = append(rows, helperRow{tag, serial, until.Format(time.DateOnly)})
	if len(rows) > maxHelpers {
		rows = rows[len(rows)-maxHelpers:]
	}
	b, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	return w.s.store.Set(ctx, keyHelpers, b)
}

// mandate composes the three pages of a mandate: each code is read back from the drawing list.
func (p press) mandate(ctx context.Context, j flow.Job) (*flow.Paper, error) {
	fonts, err := p.s.fonts()
	if err != nil {
		return nil, err
	}
	first, err := language(j.Lang)
	if err != nil {
		return nil, err
	}
	second := sheets.Language{}
	if j.Second != "" && j.Second != j.Lang {
		if second, err = language(j.Second); err != nil {
			return nil, err
		}
	}
	paper := j.Paper
	if size, err := sheets.Size(paper); err == nil && size.W < print.A5().W {
		paper = sheets.PaperA5 // a roll has no room; the device scales or refuses
	}
	m := j.Mandate.Mandate
	revoke := voucher.RevocationPrefix + j.Text
	sheet, err := sheets.Mandate(fonts, sheets.MandateData{Serial: j.Serial, CodeText: j.Text, RevokeText: revoke, Paper: paper,
		Principal: m.Principal.Name, Helper: m.Helper.Name, Relation: m.Relation, Scopes: j.Mandate.Scopes, Money: j.Mandate.Money, Uses: m.Uses,
		Until: local(m.Expires), IssuedAt: local(m.IssuedAt), Hall: p.s.bundle.Policy.Hall, Hotline: p.s.bundle.Policy.Hotline, Answer: j.Answer,
		Training: p.s.o.Training, SoftwareKey: p.s.vault.Kind() == keys.Software, Copy: j.Copy}, first, second)
	if err != nil {
		return nil, err
	}
	pdf, preview, err := p.mandateBytes(ctx, sheet, j, first, []string{j.Text, j.Text, revoke})
	if err != nil {
		sheet.Wipe()
		return nil, err
	}
	return &flow.Paper{Serial: j.Serial, PDF: pdf, Preview: preview, Sheet: sheet, Text: j.Text}, nil
}

func (p press) mandateBytes(ctx context.Context, sheet *print.Sheet, j flow.Job, first sheets.Language, codes []string) (pdf, preview []byte, err error) {
	if err := readAll(sheet, codes); err != nil {
		return nil, nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	plain, err := sheet.PDF(print.Meta{Title: j.Serial, Created: j.Mandate.Mandate.IssuedAt})
	if err != nil {
		return nil, nil, err
	}
	defer clear(plain)
	if preview, err = previewOf(sheet); err != nil {
		return nil, nil, err
	}
	pdf, err = p.sign(plain, j, first)
	return pdf, preview, err
}

// readAll reads the codes of a sheet back, page by page.
func readAll(sheet *print.Sheet, want []string) error {
	places := sheet.Codes()
	if len(places) != len(want) {
		return &desk.Error{Op: "paper.compose", Code: "read-back"}
	}
	for i, at := range places {
		img, err := sheet.RasterArea(at.Page, at.Area, at.DPI)
		if err != nil {
			return &desk.Error{Op: "paper.compose", Code: "read-back", Err: err}
		}
		found, err := qrread.Decode(img)
		clear(img.Pix)
		if err != nil || len(found) != 1 || found[0] != want[i] {
			return &desk.Error{Op: "paper.compose", Code: "read-back", Err: err}
		}
	}
	return nil
}
