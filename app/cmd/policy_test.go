package cmd_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// readRoot reads a file of the module's root.
func readRoot(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// toml gives the first value of a key of FyneApp.toml.
func toml(t *testing.T, key string) string {
	t.Helper()
	m := regexp.MustCompile(`(?m)^` + key + ` *= *"?([^"\n]*)"?$`).FindStringSubmatch(readRoot(t, "FyneApp.toml"))
	if m == nil {
		t.Fatalf("FyneApp.toml has no %s", key)
	}
	return m[1]
}

// TestMetadataOnce holds the program against FyneApp.toml, and keeps its values out of the recipes: those are filled in.
func TestMetadataOnce(t *testing.T) {
	// Read, not imported: this test also runs where another room does not build.
	program := regexp.MustCompile(`(?m)^const Version = "(.*)"$`).FindStringSubmatch(readRoot(t, "app/station/station.go"))
	if program == nil || program[1] != toml(t, "Version") {
		t.Errorf("FyneApp.toml says version %s, the program %q", toml(t, "Version"), program)
	}
	if _, err := os.Stat(filepath.Join("..", "..", toml(t, "Icon"))); err != nil {
		t.Errorf("the icon that FyneApp.toml names: %v", err)
	}
	id, version := toml(t, "ID"), regexp.MustCompile(`(^|[^0-9.])`+regexp.QuoteMeta(toml(t, "Version"))+`($|[^0-9.])`)
	for _, dir := range []string{"packaging", "packaging/linux", "packaging/windows", "packaging/macos"} {
		files, err := filepath.Glob(filepath.Join("..", "..", dir, "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil || filepath.Ext(f) == ".md" || bytes.IndexByte(b, 0) >= 0 {
				continue
			}
			if bytes.Contains(b, []byte(id)) || version.Match(b) {
				t.Errorf("%s repeats the id or the version; @ID@ and @VERSION@ are filled in from FyneApp.toml", f)
			}
		}
	}
}

// licences tells a licence by a phrase that stands in no other that is told here. The order counts. A policy: what is not
// in this list is not linked in.
var licences = []struct{ name, phrase string }{
	{"MPL-2.0", "Mozilla Public License Version 2.0"},
	{"MPL-2.0", "Mozilla Public License, version 2.0"},
	{"OFL-1.1", "SIL OPEN FONT LICENSE Version 1.1"},
	{"Apache-2.0", "Apache License Version 2.0"},
	{"ISC", "Permission to use, copy, modify, and/or distribute this software for any purpose"},
	{"ISC", "Permission to use, copy, modify, and distribute this software for any purpose"},
	{"BSD-3-Clause", "Neither the name of"},
	{"BSD-3-Clause", "names of its contributors may be used to endorse"},
	{"BSD-2-Clause", "Redistribution and use in source and binary forms"},
	{"MIT", "Permission is hereby granted, free of charge, to any person obtaining a copy"},
	{"Unlicense", "This is free and unencumbered software released into the public domain"},
}

// refused are words of licences that would bind the whole program.
var refused = regexp.MustCompile(`(?i)GNU (Affero |Lesser |Library )?General Public License|Server Side Public License|Business Source License|Commons Clause`)

// licenceOf tells the licence of a text; empty where it is none of the list. The MPL alone may name a refused one: it lists
// its secondary licences.
func licenceOf(text string) string {
	flat := strings.Join(strings.Fields(text), " ")
	for _, l := range licences {
		if strings.Contains(strings.ToLower(flat), strings.ToLower(l.phrase)) {
			if l.name != "MPL-2.0" && refused.MatchString(flat) {
				return ""
			}
			return l.name
		}
	}
	return ""
}

// thirdParties gives the parts of THIRD-PARTY: "module version" or the name of a font, and its licence text.
func thirdParties(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, part := range strings.Split(readRoot(t, "THIRD-PARTY"), "\n"+strings.Repeat("=", 80)+"\n")[1:] {
		name, text, _ := strings.Cut(part, "\n")
		all[name] = text
	}
	return all
}

// linked gives the modules that are linked into the two programs on a system, with their folders.
func linked(t *testing.T, goos string) map[string]string {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-deps", "-tags", "migrated_fynedo", "-f",
		"{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}{{end}}{{end}}", ".", "./app/cmd/bangbanctl")
	cmd.Dir = filepath.Join("..", "..")
	cmd.Env = append(os.Environ(), "GOOS="+goos, "CGO_ENABLED=1")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list for %s: %v", goos, err)
	}
	all := map[string]string{}
	for line := range strings.Lines(string(out)) {
		if module, dir, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
			all[module] = dir
		}
	}
	if len(all) < 30 {
		t.Fatalf("only %d modules seen for %s", len(all), goos)
	}
	return all
}

// TestLicences wants every module that is linked into a program, for Linux and Windows, and every part of THIRD-PARTY under
// a licence of the list. Where BANGBAN_RELEASE is set, THIRD-PARTY must also hold every one of the modules.
func TestLicences(t *testing.T) {
	parts := thirdParties(t)
	for name, text := range parts {
		if licenceOf(text) == "" {
			t.Errorf("%s is under a licence that is not on the list", name)
		}
	}
	for _, goos := range []string{"linux", "windows"} {
		for module, dir := range linked(t, goos) {
			files, err := filepath.Glob(filepath.Join(dir, "*"))
			if err != nil {
				t.Fatal(err)
			}
			known := ""
			for _, f := range files {
				if name := strings.ToUpper(filepath.Base(f)); strings.HasPrefix(name, "LICEN") || strings.HasPrefix(name, "COPYING") {
					if b, err := os.ReadFile(f); err == nil && known == "" {
						known = licenceOf(string(b))
					}
				}
			}
			if known == "" {
				t.Errorf("%s is linked in for %s under a licence that is not on the list", module, goos)
			}
			if _, ok := parts[module]; !ok && os.Getenv("BANGBAN_RELEASE") != "" {
				t.Errorf("%s is linked in for %s and not in THIRD-PARTY: sh packaging/third-party.sh", module, goos)
			}
		}
	}
}

// TestLicencesCatch proves that TestLicences can fail.
func TestLicencesCatch(t *testing.T) {
	for text, want := range map[string]string{
		"GNU GENERAL PUBLIC LICENSE\nVersion 3":                                         "",
		"All rights reserved. You may look.":                                            "",
		"Apache License\nVersion 2.0 with Commons Clause":                               "",
		"Permission is hereby granted, free of charge, to any person\nobtaining a copy": "MIT",
	} {
		if got := licenceOf(text); got != want {
			t.Errorf("%q is told as %q", text, got)
		}
	}
}

var (
	resident = regexp.MustCompile(`\b[1-9][0-9]{5}(18|19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]\b`)
	mobile   = regexp.MustCompile(`\b1[3-9][0-9]{9}\b`)
	mail     = regexp.MustCompile(`[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}\b`)
	tokens   = regexp.MustCompile(`\b(AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|glpat-[A-Za-z0-9_-]{20}|xox[baprs]-[A-Za-z0-9-]{10,}|sk-[A-Za-z0-9]{32,}|AIza[0-9A-Za-z_-]{35})\b`)
	private  = regexp.MustCompile(`-----BEGIN ([A-Z]+ )?PRIVATE KEY-----\n[A-Za-z0-9+/=\n]{40,}`)
)

// nobodys tells a resident number that was never given to anybody: the example that GB 11643-1999 itself prints, or one of an
// area that GB/T 2260 has not allotted. Provinces go from 11 to 65, 71 and, in residence permits, 810000, 820000 and 830000;
// 9, province and a country of ISO 3166 are foreign residents, and 999 is no country.
func nobodys(number string) bool {
	switch {
	case strings.EqualFold(number, "11010519491231002X"):
		return true
	case number[0] == '9':
		return number[1] == '9' || number[3:6] == "999"
	case number[0] == '8':
		return number[2:6] != "0000"
	}
	return number[:2] < "11" || number[:2] > "65" && number[:2] != "71"
}

// checked tells whether the last character of a resident number fits (GB 11643, ISO 7064 MOD 11-2): one that does not is
// nobody's.
func checked(number string) bool {
	sum := 0
	for i, weight := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(number[i]-'0') * weight
	}
	return strings.EqualFold(number[17:], "10X98765432"[sum%11:sum%11+1])
}

var (
	base64ish = regexp.MustCompile(`[A-Za-z0-9+/]{24,}={0,2}`)
	hexish    = regexp.MustCompile(`(?:[0-9A-Fa-f]{2}){18,}`)
)

// hidden gives what a text holds in hexadecimal or base64, as cards and their transcripts do; UTF-16 without its empty bytes.
func hidden(text string) (all []string) {
	for _, run := range hexish.FindAllString(text, -1) {
		if b, err := hex.DecodeString(run); err == nil {
			all = append(all, strings.ReplaceAll(string(b), "\x00", ""))
		}
	}
	for _, run := range base64ish.FindAllString(text, -1) {
		run = strings.TrimRight(run, "=")
		if b, err := base64.RawStdEncoding.DecodeString(run[:len(run)-len(run)%4]); err == nil {
			all = append(all, strings.ReplaceAll(string(b), "\x00", ""))
		}
	}
	return all
}

// somebodys tells whether a text holds a resident number that could be a living person's, also in the midst of a field.
func somebodys(text string) bool {
	digits := 0 // in a row, up to here
	for i := range len(text) {
		digit := text[i] >= '0' && text[i] <= '9'
		if digits >= 17 && (digit || text[i]|0x20 == 'x') {
			if n := text[i-17 : i+1]; resident.MatchString(n) && checked(n) && !nobodys(n) {
				return true
			}
		}
		if digits++; !digit {
			digits = 0
		}
	}
	return false
}

// leaks names what must not be in the tree: keys, tokens, and data that could be somebody's.
func leaks(text string) (found []string) {
	for _, h := range hidden(text) {
		if somebodys(h) {
			found = append(found, "a resident number that could be somebody's, encoded")
		}
	}
	if private.MatchString(text) {
		found = append(found, "a private key")
	}
	if tokens.MatchString(text) {
		found = append(found, "an access token")
	}
	for _, n := range resident.FindAllString(text, -1) {
		if checked(n) && !nobodys(n) {
			found = append(found, "a resident number that could be somebody's")
		}
	}
	if mobile.MatchString(text) {
		found = append(found, "a mobile phone number")
	}
	for _, m := range mail.FindAllString(text, -1) {
		domain := m[strings.LastIndexByte(m, '@')+1:]
		if !strings.HasSuffix(domain, ".example") && !strings.HasSuffix(domain, "example.com") && !strings.HasSuffix(domain, "example.org") &&
			!strings.HasSuffix(domain, ".service") && !strings.HasSuffix(domain, ".test") && !strings.HasSuffix(domain, ".invalid") {
			found = append(found, "a mail address")
		}
	}
	return found
}

// TestNoSecrets scans the texts of the tree for keys, tokens and personal data. THIRD-PARTY names its authors; test data
// under testdata may hold keys of its own.
func TestNoSecrets(t *testing.T) {
	root := filepath.Join("..", "..")
	scanned := 0
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && p != root && (strings.HasPrefix(d.Name(), ".git") || d.Name() == "dist" || d.Name() == "fuzz") {
			return filepath.SkipDir
		}
		switch filepath.Ext(p) {
		case ".go", ".sh", ".md", ".json", ".sql", ".toml", ".txtar", ".yaml", ".txt", ".service", ".html", ".js", ".py":
		default:
			return nil
		}
		if strings.HasPrefix(filepath.Base(p), "OFL-") || strings.HasPrefix(filepath.Base(p), "LICENSE") || strings.HasSuffix(p, "policy_test.go") {
			return nil
		}
		b, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		scanned++
		for _, l := range leaks(string(b)) {
			if strings.HasSuffix(l, "private key") && strings.Contains(filepath.ToSlash(p), "/testdata/") {
				continue
			}
			t.Errorf("%s holds %s", p, l)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if scanned < 300 {
		t.Fatalf("only %d files scanned", scanned)
	}
}

// TestNoSecretsCatch proves that TestNoSecrets can fail.
func TestNoSecretsCatch(t *testing.T) {
	for _, planted := range []string{
		"-----BEGIN EC PRIVATE KEY-----\n" + strings.Repeat("QUJD", 20) + "\n", "ghp_" + strings.Repeat("a1", 18),
		"110105194912310038", "call 13800138000 now", "someone@gmail.com", "810000195001010029", "911156195102030012",
		hex.EncodeToString([]byte("\x00\x01110105194912310038\x90\x00")),
		base64.StdEncoding.EncodeToString([]byte("name in front of 110105194912310038 and behind")),
		hex.EncodeToString([]byte("1\x001\x000\x001\x000\x005\x001\x009\x004\x009\x001\x002\x003\x001\x000\x000\x003\x008\x00")),
	} {
		if len(leaks(planted)) == 0 {
			t.Errorf("%q was not found", planted)
		}
	}
	if l := leaks("11010519491231002X 110105194912310039 990105194901010017 819999195001010028 911999195102030016 clerk@hall.example git@v1.2.3"); len(l) != 0 {
		t.Errorf("found %v where there is nothing", l)
	}
}
