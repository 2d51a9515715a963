package queue

import "fmt"

// VoucherBody is the body of a parcel of KindVoucher: what was signed, and why.
type VoucherBody struct {
	Serial string `cbor:"serial"`
	Before []byte `cbor:"before"` // desk.Before as encoded; its SHA-256 is in the voucher
	COSE   []byte `cbor:"cose"`
}

// AfterBody is the body of KindAfter and KindVoid: what became of the paper.
type AfterBody struct {
	Serial string `cbor:"serial"`
	After  []byte `cbor:"after"` // desk.After as encoded
}

// Encode gives the deterministic CBOR of the body.
func (b VoucherBody) Encode() ([]byte, error) { return encoder.Marshal(b) }

// Encode gives the deterministic CBOR of the body.
func (b AfterBody) Encode() ([]byte, error) { return encoder.Marshal(b) }

// Format implements fmt.Formatter so that no verb prints what is inside.
func (b VoucherBody) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "body(%s)", b.Serial) }

// Voucher reads the body of a voucher parcel.
func (r *Record) Voucher() (b VoucherBody, err error) { return b, r.body(KindVoucher, &b) }

// After reads the body of an after or void parcel.
func (r *Record) After() (b AfterBody, err error) {
	if r.Kind == KindVoid {
		return b, r.body(KindVoid, &b)
	}
	return b, r.body(KindAfter, &b)
}

// Fields reads any body as a map.
func (r *Record) Fields() (map[string]any, error) {
	var m map[string]any
	if len(r.Body) > MaxBody {
		return nil, ErrTooLarge
	}
	if err := decoder.Unmarshal(r.Body, &m); err != nil {
		return nil, fmt.Errorf("%w: body", ErrRecord)
	}
	return m, nil
}

func (r *Record) body(kind string, into any) error {
	if r.Kind != kind {
		return fmt.Errorf("%w: kind %s", ErrRecord, r.Kind)
	}
	if len(r.Body) > MaxBody || !decodeExact(r.Body, into) {
		return fmt.Errorf("%w: body", ErrRecord)
	}
	return nil
}

// EncodeBody gives the deterministic CBOR of a body with text keys.
func EncodeBody(m map[string]any) ([]byte, error) { return encoder.Marshal(m) }
