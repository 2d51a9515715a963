package voucher_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"bangban/app/voucher"
	"bangban/app/voucher/vouchertest"
	"bangban/cardreader/check"
)

var makeExample = flag.Bool("example", false, "print a fresh example for doc.go instead of opening the one there")

// fromDoc takes the example out of the package comment: the PEM file, and the text between its marks.
func fromDoc(t testing.TB) (institution []byte, text string) {
	t.Helper()
	src, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	var pem strings.Builder
	in := ""
	for line := range strings.Lines(string(src)) {
		line, indented := strings.CutPrefix(strings.TrimRight(line, "\n"), "//\t")
		switch {
		case !indented:
			in = ""
		case line == "-----BEGIN CERTIFICATE-----":
			in = "pem"
		case strings.HasPrefix(line, "6BF"):
			in = "text"
		}
		switch in {
		case "pem":
			pem.WriteString(line + "\n")
		case "text":
			text += strings.TrimSuffix(line, "|")
		}
	}
	return []byte(pem.String()), text
}

// The example of the package comment is a real voucher that the institution file beside it opens.
func TestExample(t *testing.T) {
	if *makeExample {
		printExample(t)
		return
	}
	institution, text := fromDoc(t)
	i, err := voucher.ParseInstitution(institution)
	if err != nil {
		t.Fatal(err)
	}
	v, err := voucher.OpenText(text, voucher.Keys{Institutions: []*voucher.Institution{i}})
	if err != nil {
		t.Fatal(err)
	}
	if v.Serial() != "T01-000123" || v.Audience != "demo-bank" || v.Terms.PurposeCode != "housing-fund" || v.Holder.FullName != "样本甲" {
		t.Error("the example says something else than the comment")
	}
	checks := append(v.Checks(), v.Judge(voucher.Context{At: vouchertest.Now().Add(time.Hour), Audience: "demo-bank", Training: true})...)
	if got := check.Overall(checks); got != check.Passed {
		t.Errorf("%v: %+v", got, checks)
	}
}

func printExample(t testing.TB) {
	a := vouchertest.New(t, vouchertest.Issuer)
	v := a.Voucher()
	v.Nonce, v.Terms.RepresentedBy, v.Holder.Sex, v.Holder.Nationality = nil, "", 0, ""
	text := voucher.Encode(vouchertest.Sign(t, v, a.Signer(t)))
	for line := range strings.Lines(string(a.PEM)) {
		fmt.Print("//\t", line)
	}
	fmt.Println("//")
	for len(text) > 100 {
		fmt.Printf("//\t%s|\n", text[:100])
		text = text[100:]
	}
	fmt.Printf("//\t%s|\n", text)
}
