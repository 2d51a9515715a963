package sam_test

import (
	"context"
	"errors"
	"io"
	"testing"

	"bangban/cardreader"
	"bangban/cardreader/check"
	"bangban/cardreader/kinds"
	"bangban/cardreader/sam"
)

// player is a reader that answers each command with the next piece of fuzz, in a good frame, and is unplugged at the end.
type player struct {
	pieces chan []byte
	rest   []byte
	held   []byte
	done   bool
}

func (p *player) Write(b []byte) (int, error) {
	if p.done {
		return 0, io.ErrClosedPipe
	}
	if len(p.held) < 2 {
		p.done = true
		close(p.pieces)
		return len(b), nil
	}
	n := min(int(p.held[0])<<8|int(p.held[1]), len(p.held)-2)
	body := append([]byte{0, 0}, p.held[2:2+n]...)
	p.held = p.held[2+n:]
	if len(body) < 3 {
		body = append(body, 0x90)
	}
	p.pieces <- sam.AppendFrame(nil, body)
	return len(b), nil
}

func (p *player) Read(b []byte) (int, error) {
	for len(p.rest) == 0 {
		piece, ok := <-p.pieces
		if !ok {
			return 0, io.EOF
		}
		if p.rest = piece; len(piece) == 0 { // too long for a frame: nothing is answered, as if unplugged
			return 0, io.EOF
		}
	}
	n := copy(b, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

func (p *player) Close() error { return nil }

// FuzzReader plays fuzz as what a reader answers, from the first command to the document. It must end, without a panic,
// in a document or an error with a code.
func FuzzReader(f *testing.F) {
	answers := func(bodies ...[]byte) (b []byte) { // bodies without SW1 SW2
		for _, body := range bodies {
			b = append(append(b, byte(len(body)>>8), byte(len(body))), body...)
		}
		return b
	}
	number := append([]byte{0x90}, make([]byte, 16)...)
	card := specimen(f, "cnid-long")
	good := append([]byte{0x90, 1, 0, 4, 0}, append(card.File("base"), card.File("photo")...)...)
	f.Add([]byte{})
	f.Add(answers([]byte{0x90}, number, []byte{0x80}))
	f.Add(answers([]byte{0x90}, number, []byte{0x9F}, []byte{0x9F}, []byte{0x66}))
	f.Add(answers([]byte{0x90}, []byte{0x90, 1}, []byte{0x9F}, []byte{0x9F}, []byte{0x90}, []byte{0x41}))
	f.Add(answers([]byte{0x90}, number, []byte{0x9F}, []byte{0x9F}, []byte{0x90}, good, []byte{0x91}))
	f.Add(answers([]byte{0x90}, number, []byte{0x9F}, []byte{0x9F}, []byte{0x90}, base(f, 512)[2:], append([]byte{0x90}, card.File("address")...)))
	f.Fuzz(func(t *testing.T, b []byte) {
		s := sam.New(sam.Options{Ports: []sam.Port{{Name: "SPECIMEN", Dial: func(context.Context) (io.ReadWriteCloser, error) {
			return &player{pieces: make(chan []byte, 1), held: b}, nil
		}}}})
		list, err := s.Readers(context.Background())
		if err != nil || len(list) != 1 {
			t.Fatalf("%d readers, %v", len(list), err)
		}
		doc, err := firstCard(list[0])
		var known *cardreader.Error
		switch {
		case (doc == nil) == (err == nil):
			t.Fatalf("document %v, error %v", doc, err)
		case err != nil && !errors.As(err, &known):
			t.Fatalf("an error without a code: %v", err)
		case err == nil && doc.Verdict() == check.Passed && len(doc.Raw["base"]) != 256:
			t.Fatal("passed without a text")
		}
	})
}

func firstCard(r cardreader.Reader) (*cardreader.Document, error) {
	ctx := context.Background()
	c, err := r.Connect(ctx)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	k, err := kinds.Identify(ctx, c, kinds.All(kinds.Deps{}))
	if err != nil {
		return nil, err
	}
	return k.Read(ctx, c, nil, nil)
}
