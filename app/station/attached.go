package station

import (
	"bytes"
	"slices"
	"strings"

	"bangban/app/scan"
	"bangban/app/verify"
	"bangban/app/verify/claim169"
	"bangban/app/verify/pdfsig"
	"bangban/app/voucher"
	"bangban/cardreader/check"
)

// The check that what a PDF carries inside is what its page shows.
const (
	checkAttached                 = "attached"
	reasonOtherPaper check.Reason = "other-paper"
)

// The check that who signed a file is who issued the code on it: else somebody may have put another's code on a page of
// their own.
const (
	checkSigner              = "one-office"
	reasonOther check.Reason = "other-office"
)

// sameSigner takes it for vouchers and mandates, whose issuer is an institution; other credentials are not printed on pages
// that their issuers sign.
func sameSigner(signed, code *verify.Result) []check.Check {
	issuer := code.Claims["issuer"]
	if issuer == "" || code.Format != claim169.FormatVoucher && code.Format != claim169.FormatMandate {
		return nil
	}
	for _, c := range signed.Checks {
		if c.Name == "issuer" && c.Verdict == check.Passed && c.Detail != "institution "+issuer {
			return []check.Check{check.Unsure(checkSigner, reasonOther, c.Detail)}
		}
	}
	return nil
}

// whereAttached is how a paper inside a PDF is called, beside "pdf code 1" on its page.
const whereAttached = "pdf file"

// attachedTexts gives the papers that a PDF carries as files, as the texts that their codes would say; none for anything
// else.
func attachedTexts(input []byte) (texts [][]byte) {
	if !bytes.HasPrefix(input, []byte("%PDF-")) || !bytes.Contains(input, []byte("/AF")) {
		return nil
	}
	for _, cose := range pdfsig.Attached(input) {
		texts = append(texts, []byte(voucher.Encode(cose)))
	}
	return texts
}

// orAttached lets a paper inside a PDF stand in where no code can be read on a page.
func orAttached(found []scan.Found, inside [][]byte) []scan.Found {
	if len(found) != 1 || found[0].Where != wherePDF {
		return found
	}
	var all []scan.Found
	for _, text := range inside {
		all = append(all, scan.Found{Data: text, Where: whereAttached})
	}
	return append(all, found...)
}

// withAttached adds the check attached to the judgement of a code on a page, where the PDF carries papers: the code must be
// of one of them.
func withAttached(r *verify.Result, inside [][]byte, f scan.Found) *verify.Result {
	if len(inside) == 0 || f.Where == whereAttached {
		return r
	}
	c := check.Pass(checkAttached, "voucher.cose")
	text := strings.Trim(string(f.Data), "\r\n")
	if !slices.ContainsFunc(inside, func(b []byte) bool { return string(b) == text }) {
		c = check.Fail(checkAttached, reasonOtherPaper, "voucher.cose")
	}
	joined := verify.NewResult(r.Format, r.At, append(slices.Clone(r.Checks), c))
	joined.Claims, joined.Trust, joined.Seen = r.Claims, r.Trust, r.Seen
	if c.Verdict == check.Failed {
		joined.Claims = nil
	}
	return joined
}
