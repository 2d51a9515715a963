package station

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"time"

	"bangban/app/bundle"
	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/keys"
	"bangban/app/qrread"
	"bangban/app/sheets"
	"bangban/app/voucher"
	"bangban/locales"
	"bangban/print"
)

// rules answers from the bundle in force and from the delegation.
type rules struct{ s *Station }

func (r rules) Purposes() []desk.Purpose     { return r.s.bundle.Purposes }
func (r rules) Recipients() []desk.Recipient { return r.s.bundle.Recipients }
func (r rules) Policy() desk.Policy          { return r.s.bundle.Policy }

func (r rules) Station() flow.Station {
	s := r.s
	left, err := s.store.SerialsLeft(context.Background())
	if err != nil {
		left = 0
		s.o.Log.Error("station", "op", "serials", "err", err)
	}
	stop := ""
	if s.bundle.Standing(s.clock.Time()) == bundle.Stopped {
		stop = "bundle-ended"
	}
	life := s.delegated.MaxLife
	switch f := s.Frozen(context.Background()); {
	case f.Degree == Stopped && stop == "":
		stop = f.Code
	case f.Degree == Narrowed:
		life = min(life, narrowLife)
	}
	return flow.Station{Name: s.delegated.Station, Issuer: s.delegated.Issuer, App: "bangban " + Version,
		Training: s.o.Training, Software: s.vault.Kind() == keys.Software, MaxLife: life, Serials: left, KeyEnds: s.delegated.Expires, Stop: stop}
}

// signer signs with the key that the login has opened.
type signer struct{ s *Station }

func (g signer) Sign(_ context.Context, v *voucher.Voucher) (cose []byte, text string, err error) {
	return g.s.sign("voucher.sign", func(k voucher.Signer) ([]byte, error) { return voucher.Sign(nil, v, g.s.dialect(v, k)) })
}

// sign lets the voucher key sign where nothing stands against it: a clerk is logged in, the time is sure, the bundle is in
// force. What is outside of the delegation is refused as the key's end.
func (s *Station) sign(op string, do func(voucher.Signer) ([]byte, error)) (cose []byte, text string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.key == nil {
		return nil, "", &desk.Error{Op: op, Code: "key-locked"}
	}
	if _, _, sure := s.clock.Now(); !sure {
		return nil, "", &desk.Error{Op: op, Code: flow.CodeClockUnsure}
	}
	if s.bundle.Standing(s.clock.Time()) == bundle.Stopped {
		return nil, "", &desk.Error{Op: op, Code: "bundle-ended"}
	}
	cose, err = do(voucher.Signer{Key: s.key, Delegation: s.delegation})
	if errors.Is(err, voucher.ErrOutside) {
		return nil, "", &desk.Error{Op: op, Code: flow.CodeKeyEnded, Err: err}
	}
	if err != nil {
		return nil, "", err
	}
	return cose, voucher.Encode(cose), nil
}

// press draws with the sheet's own fonts and prints to the station's device.
type press struct {
	s    *Station
	twin *string // where not nil, Compose puts the page for screen readers here
}

// previewDPI is enough for a preview on the clerk's screen: A5 becomes 560 × 794 pixels.
const previewDPI = 96

func (p press) Compose(ctx context.Context, j flow.Job) (*flow.Paper, error) {
	if j.Paper == "" && j.Mandate == nil { // a mandate is for sheets
		j.Paper = p.s.paperFor(ctx, PrintsVoucher)
	}
	if j.Mandate != nil {
		return p.mandate(ctx, j)
	}
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
	sheet, err := sheets.Voucher(fonts, p.data(j, max(j.Copy, 1)), first, second)
	if err != nil {
		return nil, err
	}
	if err := readBack(sheet, j.Text); err != nil {
		sheet.Wipe()
		return nil, err
	}
	if p.twin != nil {
		*p.twin, err = sheets.VoucherHTML(p.data(j, max(j.Copy, 1)), first, second)
	}
	if err := errors.Join(err, ctx.Err()); err != nil {
		sheet.Wipe()
		return nil, err
	}
	pdf, err := sheet.PDF(print.Meta{Title: j.Serial, Created: j.Voucher.IssuedAt})
	if err != nil {
		sheet.Wipe()
		return nil, err
	}
	signed, err := p.sign(pdf, j, first)
	clear(pdf)
	if err != nil {
		sheet.Wipe()
		return nil, err
	}
	preview, err := previewOf(sheet)
	if err != nil {
		sheet.Wipe()
		return nil, err
	}
	return &flow.Paper{Serial: j.Serial, PDF: signed, Preview: preview, Sheet: sheet, Text: j.Text}, nil
}

func language(tag string) (sheets.Language, error) {
	c, err := locales.Open(tag)
	if err != nil {
		return sheets.Language{}, err
	}
	return sheets.Language{Tag: tag, T: func(key string, args map[string]string) string { return c.T(key, args) }}, nil
}

func (p press) data(j flow.Job, copyNo int) sheets.VoucherData {
	d := sheets.VoucherData{
		Serial: j.Serial, CodeText: j.Text, Paper: j.Paper, Purpose: j.Purpose.Title, Allows: j.Purpose.Allows,
		Recipient: j.Recipient.Name, MaxUses: j.Purpose.MaxUses, Name: j.Person.Name, Binding: j.Purpose.Binding,
		MaskedNumber: desk.MaskNumber(j.Person.Number), From: local(j.Voucher.NotBefore), Until: local(j.Voucher.Expires),
		IssuedAt: local(j.Voucher.IssuedAt), Hall: p.s.bundle.Policy.Hall, Hotline: p.s.bundle.Policy.Hotline,
		Answer: j.Answer, Training: p.s.o.Training, SoftwareKey: p.s.vault.Kind() == keys.Software, Copy: copyNo, DocumentKind: j.Kind,
		Unproven: j.Unproven, Second: j.Seconded,
	}
	acting(&d, j)
	d.Portrait = printedFace(j.Voucher.Holder.Face)
	if j.Voucher.Holder.BirthDate != "" {
		d.BirthDate = j.Person.BirthDate
	}
	if r := []rune(j.Person.Number); len(r) >= 4 {
		d.Last4 = string(r[len(r)-4:])
	}
	return d
}

func local(t time.Time) time.Time { return t.Local() }

// readBack draws the code area at the printer's resolution from the same drawing list that makes the PDF, decodes it and
// compares: a paper leaves the counter only with a code that can be read and says what was signed.
func readBack(sheet *print.Sheet, text string) error {
	places := sheet.Codes()
	if len(places) != 1 {
		return &desk.Error{Op: "paper.compose", Code: "read-back"}
	}
	img, err := sheet.RasterArea(places[0].Page, places[0].Area, places[0].DPI)
	if err != nil {
		return &desk.Error{Op: "paper.compose", Code: "read-back", Err: err}
	}
	defer clear(img.Pix)
	found, err := qrread.Decode(img)
	if err != nil || len(found) != 1 || found[0] != text {
		return &desk.Error{Op: "paper.compose", Code: "read-back", Err: err}
	}
	return nil
}

func previewOf(sheet *print.Sheet) ([]byte, error) {
	img, err := sheet.Raster(0, previewDPI)
	if err != nil {
		return nil, err
	}
	defer clear(img.Pix)
	return encodePNG(img)
}

func encodePNG(img image.Image) ([]byte, error) {
	var b bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := enc.Encode(&b, img); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func (p press) Print(ctx context.Context, paper *flow.Paper, copyNo int) error {
	title := paper.Serial
	return p.s.printers.printOn(ctx, PrintsVoucher, print.Job{Title: title, PDF: paper.PDF, Copies: 1}, paper.Sheet)
}
