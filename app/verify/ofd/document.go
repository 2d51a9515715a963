package ofd

import (
	"fmt"
	"strings"
)

// Bounds on a document.
const (
	maxBodies     = 8
	maxSignatures = 64
	maxReferences = 4096
)

// document is one DocBody of OFD.xml (GB/T 33190 §7.4) with its signatures. Nothing in it is proven.
type document struct {
	meta       metadata
	list       string // name of Signatures.xml; "": none
	signatures []*signature
}

// signature is one Signature.xml (GB/T 33190 §18.2).
type signature struct {
	base       string // its own name
	raw        []byte
	method     string // SignatureMethod
	check      string // CheckMethod of the references
	references []reference
	at         string // SignatureDateTime
	valueFile  string
	value      []byte
	sealFile   string // "": none named
}

type reference struct {
	file string
	sum  string
}

const rootFile = "OFD.xml"

// parse takes a document apart.
func parse(a *archive) ([]*document, error) {
	b, err := a.read(rootFile, maxXML)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	root, err := parseXML(b)
	if err != nil {
		return nil, err
	}
	bodies := root.all("DocBody")
	if root.name != "OFD" || len(bodies) == 0 || len(bodies) > maxBodies {
		return nil, fmt.Errorf("%w: OFD.xml", ErrStructure)
	}
	var docs []*document
	for _, body := range bodies {
		d := &document{}
		if d.meta, err = readMetadata(body); err != nil {
			return nil, err
		}
		if err := d.readList(a, body); err != nil {
			return nil, err
		}
		docs = append(docs, d)
	}
	return docs, nil
}

// readList reads Signatures.xml, where the body names one.
func (d *document) readList(a *archive, body *node) error {
	loc, err := body.value("Signatures")
	if err != nil || loc == "" {
		return err
	}
	if d.list, err = a.resolve(rootFile, loc); err != nil {
		return err
	}
	b, err := a.read(d.list, maxXML)
	if err != nil {
		return err
	}
	root, err := parseXML(b)
	if err != nil {
		return err
	}
	entries := root.all("Signature")
	if root.name != "Signatures" || len(entries) > maxSignatures {
		return fmt.Errorf("%w: Signatures.xml", ErrStructure)
	}
	seen := map[string]bool{}
	for _, e := range entries {
		base, err := a.resolve(d.list, e.attrs["BaseLoc"])
		if err != nil {
			return err
		}
		if seen[base] {
			return fmt.Errorf("%w: a signature twice", ErrStructure)
		}
		seen[base] = true
		s, err := readSignature(a, base)
		if err != nil {
			return err
		}
		d.signatures = append(d.signatures, s)
	}
	return nil
}

func readSignature(a *archive, base string) (*signature, error) {
	s := &signature{base: base}
	var err error
	if s.raw, err = a.read(base, maxXML); err != nil {
		return nil, err
	}
	root, err := parseXML(s.raw)
	if err != nil {
		return nil, err
	}
	info, err := root.one("SignedInfo")
	if err != nil || info == nil || root.name != "Signature" {
		return nil, fmt.Errorf("%w: Signature.xml", ErrStructure)
	}
	loc, err := root.value("SignedValue")
	if err != nil {
		return nil, err
	}
	if s.valueFile, err = a.resolve(base, loc); err != nil {
		return nil, err
	}
	if s.value, err = a.read(s.valueFile, maxXML); err != nil {
		return nil, err
	}
	if s.method, err = info.value("SignatureMethod"); err != nil {
		return nil, err
	}
	if s.at, err = info.value("SignatureDateTime"); err != nil {
		return nil, err
	}
	if stamp, err := info.one("Seal"); err != nil {
		return nil, err
	} else if stamp != nil {
		loc, err := stamp.value("BaseLoc")
		if err != nil {
			return nil, err
		}
		if s.sealFile, err = a.resolve(base, loc); err != nil {
			return nil, err
		}
	}
	return s, s.readReferences(a, info)
}

func (s *signature) readReferences(a *archive, info *node) error {
	refs, err := info.one("References")
	if err != nil || refs == nil {
		return fmt.Errorf("%w: References", ErrStructure)
	}
	s.check = strings.TrimSpace(refs.attrs["CheckMethod"])
	seen := map[string]bool{}
	list := refs.all("Reference")
	if len(list) == 0 || len(list) > maxReferences {
		return fmt.Errorf("%w: %d references", ErrStructure, len(list))
	}
	for _, r := range list {
		file, err := a.resolve(s.base, r.attrs["FileRef"])
		if err != nil {
			return err
		}
		sum, err := r.value("CheckValue")
		if err != nil {
			return err
		}
		if seen[file] || sum == "" {
			return fmt.Errorf("%w: a reference twice or empty", ErrStructure)
		}
		seen[file] = true
		s.references = append(s.references, reference{file, sum})
	}
	return nil
}

// machinery is what a signature cannot be over: its own files.
func (s *signature) machinery() []string { return []string{s.base, s.valueFile} }
