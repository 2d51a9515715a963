package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bangban/locales"
)

// A training visit issues on what a good specimen proves, and says of each other one why not.
func TestVoucherFromSpecimens(t *testing.T) {
	t.Setenv("PCSCLITE_CSOCK_NAME", filepath.Join(t.TempDir(), "no-service"))
	dir, out := filepath.Join(t.TempDir(), "st"), t.TempDir()
	makeStation(t, dir)
	for name, want := range map[string]string{ // empty: a voucher
		"emrtd-rare": "", "emrtd-jp2": "", "beid": "", "beid-curve": "", "cnid-long": "", "cnid-nophoto": "",
		"emrtd-foreign": "issuer-unknown", "beid-foreign": "issuer-unknown", "emrtd-revoked": "document-not-proven", "emrtd-clone": "document-not-proven",
		"emrtd-tampered": "document-not-proven", "beid-photo": "document-not-proven", "thaiid-tampered": "document-not-proven",
		"emrtd-expired": "document-expired", "cnid-expired": "document-expired", "sscard-expired": "document-expired",
		"cnid-private": "glyph-missing", "sscard": "document-unsure", "sscard-pin": "document-unsure", "mykad": "document-unsure", "twnhi": "document-unsure", "rsid": "document-unsure",
		"sscard-blocked": "card-pin-blocked", "bank-card": "card-other-kind", "mute": "card-faulty", "cnid-refused": "card-refuses-sam",
	} {
		var outw, errw bytes.Buffer
		exit := run(context.Background(), []string{"--training", "--data", dir, "--json", "voucher", "issue", "--card", "--reader", "sim:" + name,
			"--purpose", "housing-fund", "--recipient", "demo-bank", "--out", out}, strings.NewReader(""), &outw, &errw)
		got := ""
		if exit != exitOK {
			got = saidCode(t, errw.String())
		}
		if got != want || (exit == exitOK) != (want == "") {
			t.Errorf("%s: exit %d, %q, want %q: %s", name, exit, got, want, errw.String())
			continue
		}
		var v struct{ Text string }
		if want == "" {
			if err := json.Unmarshal(outw.Bytes(), &v); err != nil {
				t.Errorf("%s: %v", name, err)
			} else if b, err := os.ReadFile(v.Text); err != nil || len(b) < 300 {
				t.Errorf("%s: voucher of %d bytes, %v", name, len(b), err)
			}
		}
	}
}

// In training the readers are listed with what is special about each in words, the ordinary ones first; a real station has
// none of them.
func TestReaderListNamesSpecimens(t *testing.T) {
	t.Setenv("PCSCLITE_CSOCK_NAME", filepath.Join(t.TempDir(), "no-service"))
	var out, errw bytes.Buffer
	if exit := run(context.Background(), []string{"--training", "--data", filepath.Join(t.TempDir(), "st"), "--json", "reader", "list"}, strings.NewReader(""), &out, &errw); exit != exitOK {
		t.Fatalf("exit %d: %s", exit, errw.String())
	}
	var rows []struct{ Name, State, Note string }
	if err := json.Unmarshal(out.Bytes(), &rows); err != nil {
		t.Fatal(err)
	}
	all, words := allSpecimens(t), map[string]string{}
	if len(rows) != len(all) {
		t.Errorf("%d readers of %d specimens", len(rows), len(all))
	}
	for _, r := range rows {
		if other, twice := words[r.Note]; r.Note == "" || twice {
			t.Errorf("%s: %q, as %s", r.Name, r.Note, other)
		}
		words[r.Note] = r.Name
	}
	at := func(name string) int {
		return slices.IndexFunc(rows, func(r struct{ Name, State, Note string }) bool { return r.Name == "sim:"+name })
	}
	if at("emrtd") != 0 || at("sscard") > at("emrtd-clone") || at("cnid") > at("cnid-expired") || at("bank-card") < at("rsid-expired") {
		t.Error("the order is not that of a counter")
	}
	for _, tag := range []string{"en", "zh-Hans"} {
		c, err := locales.Open(tag)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range all {
			if !c.Has("specimen." + s.Name) {
				t.Errorf("%s has no words for %s", tag, s.Name)
			}
		}
	}
	out.Reset()
	if run(context.Background(), []string{"--data", filepath.Join(t.TempDir(), "real"), "--json", "reader", "list"}, strings.NewReader(""), &out, &errw); strings.Contains(out.String(), "sim:") {
		t.Error("a real station lists simulated readers")
	}
}
