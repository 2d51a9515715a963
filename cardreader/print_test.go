package cardreader_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"bangban/cardreader"
)

// Nothing of a person is printed of a document, whether by its pointer or by its value.
func TestDocumentDoesNotPrint(t *testing.T) {
	d := &cardreader.Document{Kind: "emrtd", Subject: cardreader.Subject{Surname: "LINDEN"}, Photo: []byte("LINDEN"),
		Raw: map[string][]byte{"DG1": []byte("LINDEN")}}
	var said bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&said, nil), slog.NewJSONHandler(&said, nil)} {
		slog.New(h).Info("read", "pointer", d, "value", *d, "subject", d.Subject)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&said, verb+verb+verb, d, *d, []cardreader.Document{*d})
	}
	text := strings.ToUpper(said.String())
	for _, s := range []string{"LINDEN", "4C494E44454E", "76 73 78"} {
		if strings.Contains(text, s) {
			t.Errorf("%s is printed: %s", s, said.String())
		}
	}
	if b, err := json.Marshal(d.Subject); err != nil || !strings.Contains(string(b), "LINDEN") {
		t.Error("what is asked for in so many words is not given")
	}
	var none *cardreader.Document
	if none.String() != "document(none)" {
		t.Errorf("%s", none.String())
	}
}
