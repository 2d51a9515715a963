package trust_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
	"unicode/utf8"

	"bangban/app/trust"
)

// FuzzDecodeJSON holds the reader to the library: whatever it takes, the library reads the same; what the library cannot
// read, it refuses.
func FuzzDecodeJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,-2.5e+3,"x\u00e9\\n\ud83d\ude00",true,false,null,{}],"b":{"c":""}}`, ` [ ] `, `"\ud800"`, `0`, `{"a":1,"a":2}`, `{"a":1,"\u0061":2}`,
		"\"\xff\"", `[1,]`, `{"a" : [ ] , "b" : 1 }`, `nul`, ``, `"`, `"\`, `1 2`, `-`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := trust.DecodeJSON(b)
		var want any
		dec := json.NewDecoder(bytes.NewReader(b))
		dec.UseNumber()
		wrong := dec.Decode(&want)
		if !json.Valid(b) || !utf8.Valid(b) {
			if err == nil {
				t.Fatalf("taken: %q", b)
			}
			return
		}
		if wrong != nil {
			t.Fatal(wrong)
		}
		if err == nil && !reflect.DeepEqual(got, want) {
			t.Fatalf("%q: %#v, the library %#v", b, got, want)
		}
	})
}
