package ofd

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// Bounds on one XML file.
const (
	maxXML   = 4 << 20
	maxDepth = 32
	maxNodes = 50000
)

// node is an element by its local name: programs choose their prefixes, and some none.
type node struct {
	name  string
	attrs map[string]string
	text  string
	kids  []*node
}

// parseXML reads a file without DOCTYPE and entities.
func parseXML(b []byte) (*node, error) {
	if len(b) > maxXML {
		return nil, fmt.Errorf("%w: XML", ErrTooLarge)
	}
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))))
	root := &node{}
	stack, count := []*node{root}, 0
	for {
		t, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%w: not well-formed", ErrXML)
		}
		top := stack[len(stack)-1]
		switch t := t.(type) {
		case xml.Directive:
			return nil, fmt.Errorf("%w: DOCTYPE", ErrXML)
		case xml.StartElement:
			if count++; count > maxNodes || len(stack) > maxDepth {
				return nil, fmt.Errorf("%w: too deep or too long", ErrXML)
			}
			n := &node{name: t.Name.Local, attrs: map[string]string{}}
			for _, a := range t.Attr {
				if _, twice := n.attrs[a.Name.Local]; twice && a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
					return nil, fmt.Errorf("%w: attribute twice", ErrXML)
				}
				n.attrs[a.Name.Local] = a.Value
			}
			top.kids = append(top.kids, n)
			stack = append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			top.text += string(t)
		}
	}
	if len(root.kids) != 1 || strings.TrimSpace(root.text) != "" {
		return nil, fmt.Errorf("%w: not one root element", ErrXML)
	}
	return root.kids[0], nil
}

// one gives the only child of a name; nil where there is none; twice is an error, for two readers would take two.
func (n *node) one(name string) (*node, error) {
	var found *node
	for _, k := range n.kids {
		if k.name != name {
			continue
		}
		if found != nil {
			return nil, fmt.Errorf("%w: %s twice", ErrStructure, name)
		}
		found = k
	}
	return found, nil
}

// all gives the children of a name.
func (n *node) all(name string) (out []*node) {
	for _, k := range n.kids {
		if k.name == name {
			out = append(out, k)
		}
	}
	return out
}

// value is the text of the only child of a name; "": none.
func (n *node) value(name string) (string, error) {
	k, err := n.one(name)
	if err != nil || k == nil {
		return "", err
	}
	return strings.TrimSpace(k.text), nil
}
