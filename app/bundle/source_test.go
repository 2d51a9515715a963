package bundle

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

const goodSource = `{"valid":"35d",
 "purposes":[{"code":"p","title":{"en":"P"},"allows":{"en":"A"},"fields":["full_name"],"binding":"document","life":"3d","max_uses":1,"recipients":["bank"]}],
 "recipients":[{"id":"bank","name":{"en":"Bank"}}],
 "roster":[{"id":"01","name":"SPECIMEN","roles":["clerk"],"until":"2027-01-01T00:00:00Z"}],
 "policy":{"hotline":"12345","hall":{"en":"Hall"},"blank_after":"90s","lock_after":"10m","max_list_age":{"status":"31d"},
  "limits":{"warn_unsent":5,"stop_unsent":9,"warn_unsent_age":"24h","stop_unsent_age":"7d","min_free_bytes":1000}},
 "lists":[{"kind":"csca","name":"SPECIMEN","file":"lists/csca.der","made_at":"2026-11-01T00:00:00Z"}],
 "sinks":[{"kind":"folder"}],"wording":{"letter.title":{"en":"Letter"}},"checklists":{"p":[{"en":"Your card"}]}}`

func sourceDir(json string) fstest.MapFS {
	return fstest.MapFS{SourceName: {Data: []byte(json)}, "lists/csca.der": {Data: []byte("SPECIMEN")}}
}

// What is written by hand arrives in the bundle, lengths of time included, and a draft says the same.
func TestRead(t *testing.T) {
	now := time.Date(2026, 11, 26, 9, 0, 0, 5, time.UTC)
	b, err := Read(sourceDir(goodSource), now)
	if err != nil {
		t.Fatal(err)
	}
	draft, err := EncodeDraft(b)
	if err != nil {
		t.Fatal(err)
	}
	again, err := DecodeDraft(draft)
	if err != nil {
		t.Fatal(err)
	}
	if d := Differs(b, again); len(d) > 0 {
		t.Fatalf("the draft differs: %v", d)
	}
	l := again.Policy.Limits
	switch {
	case again.NotAfter != now.Truncate(time.Second).Add(35*24*time.Hour), again.Purposes[0].Life != 72*time.Hour,
		again.Policy.BlankAfter != 90*time.Second, again.Policy.LockAfter != 10*time.Minute,
		again.Policy.MaxListAge["status"] != 31*24*time.Hour, again.Policy.Hotline != "12345",
		l.WarnUnsent != 5 || l.StopUnsent != 9 || l.WarnUnsentAge != 24*time.Hour || l.StopUnsentAge != 7*24*time.Hour || l.MinFreeBytes != 1000,
		string(again.Lists[0].Bytes) != "SPECIMEN", again.Lists[0].NotAfter != again.NotAfter, len(again.Wording) != 1, len(again.Checklists["p"]) != 1,
		again.Roster[0].Until.IsZero():
		t.Fatalf("read %+v", again)
	}
	if _, err := Open(draft, Anchor{Root: []byte("x")}); !errors.Is(err, ErrFormat) {
		t.Fatalf("a draft is no bundle: %v", err)
	}
}

// Everything that somebody may mistype is named.
func TestReadRefuses(t *testing.T) {
	now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		old, new string
		want     error
		words    string
	}{
		{`"valid":"35d",`, ``, ErrSource, "valid"},
		{`"valid":"35d",`, `"valid":"35d","not_after":"2027-01-01T00:00:00Z",`, ErrSource, "valid"},
		{`"valid":"35d",`, `"not_after":"2020-01-01T00:00:00Z",`, ErrSource, "ended"},
		{`"roster"`, `"rooster"`, ErrSource, "rooster"},
		{`"life":"3d"`, `"life":259200`, ErrSource, "72h"},
		{`"life":"3d"`, `"life":"three days"`, ErrSource, "three"},
		{`"life":"3d"`, `"life":"0s"`, ErrContent, "life"},
		{`"binding":"document"`, `"binding":"paper"`, ErrContent, "binding"},
		{`"recipients":["bank"]`, `"recipients":["bang"]`, ErrContent, "recipient"},
		{`"roles":["clerk"]`, `"roles":["clerk"],"enrolment":"zz"`, ErrSource, "hexadecimal"},
		{`"roles":["clerk"]`, `"roles":["clerk"],"enrolment":"00"`, ErrContent, "enrolment"},
		{`"roles":["clerk"]`, `"roles":[]`, ErrContent, "role"},
		{`lists/csca.der`, `lists/no-such`, ErrSource, "no-such"},
		{`lists/csca.der`, `../outside`, ErrSource, "outside"},
		{`"sinks"`, `"published":"no-such","sinks"`, ErrSource, "no-such"},
		{`"checklists":{"p":[{"en":"Your card"}]}}`, `"checklists":{}} {}`, ErrSource, "behind"},
	} {
		src := strings.Replace(goodSource, tc.old, tc.new, 1)
		if src == goodSource {
			t.Fatalf("%s is not in the source", tc.old)
		}
		b, err := Read(sourceDir(src), now)
		if b != nil || !errors.Is(err, tc.want) || !strings.Contains(err.Error(), tc.words) {
			t.Errorf("%s: %v", tc.new, err)
		}
	}
	if _, err := Read(fstest.MapFS{}, now); !errors.Is(err, ErrSource) {
		t.Errorf("an empty folder: %v", err)
	}
}

// What differs is named by part and name, and nothing where nothing does.
func TestDiffers(t *testing.T) {
	now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	read := func(edit ...string) *Bundle {
		b, err := Read(sourceDir(strings.NewReplacer(edit...).Replace(goodSource)), now)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	got := Differs(read(), read(`"hotline":"12345"`, `"hotline":"54321"`, `"id":"01"`, `"id":"02"`, `"max_uses":1`, `"max_uses":2`))
	want := []Change{{"purpose", "p", "changed"}, {"roster", "01", "removed"}, {"roster", "02", "added"}, {"policy", "", "changed"}}
	if len(got) != len(want) {
		t.Fatalf("differs: %v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("differs: %v, want %v", got[i], want[i])
		}
	}
}

func TestNewCode(t *testing.T) {
	seen := map[string]bool{}
	for range 200 {
		code, err := NewCode(strings.NewReader(strings.Repeat("\xff\x1f\x80\x0e\x12\x15\x19\x07", 2)))
		if err != nil || len(code) != 19 || code != "ZZ0E-JNS7-ZZ0E-JNS7" {
			t.Fatalf("code %q, %v", code, err)
		}
		seen[code] = true
	}
	if PlainCode(" zzoe-jns7 ilze-jns7") != "ZZ0EJNS711ZEJNS7" {
		t.Fatal(PlainCode(" zzoe-jns7 ilze-jns7"))
	}
	if _, err := NewCode(strings.NewReader("short")); err == nil {
		t.Fatal("a code without randomness")
	}
}

func FuzzDraft(f *testing.F) {
	b, err := Read(sourceDir(goodSource), time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC))
	if err != nil {
		f.Fatal(err)
	}
	draft, err := EncodeDraft(b)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(draft, goodSource)
	f.Add(draft[:40], `{"valid":"1h"}`)
	f.Fuzz(func(t *testing.T, file []byte, json string) {
		if b, err := DecodeDraft(file); err == nil && b == nil {
			t.Fatal("neither")
		}
		if b, err := Read(sourceDir(json), time.Unix(1_800_000_000, 0)); err == nil {
			if _, err := EncodeDraft(b); err != nil {
				t.Fatalf("read but not written: %v", err)
			}
		}
	})
}
