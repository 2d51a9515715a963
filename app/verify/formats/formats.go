// Package formats is the list of credential formats that this counter can judge. Adding one is a folder beside this one
// and a line here.
package formats

import (
	"bangban/app/verify"
	"bangban/app/verify/aadhaar"
	"bangban/app/verify/claim169"
	"bangban/app/verify/hcert"
	"bangban/app/verify/mdoc"
	"bangban/app/verify/ofd"
	"bangban/app/verify/pdfsig"
	"bangban/app/verify/provider"
	"bangban/app/verify/sdjwt"
	"bangban/app/verify/shc"
	"bangban/app/verify/vcjose"
	"bangban/app/verify/vds"
)

// Deps is what formats need from outside. Anchors, lists and the time come with each Request.
type Deps struct {
	Online []provider.Provider // who is asked over the network about codes that only they can read; nil: nobody
}

// All lists the formats in the order in which they are tried.
func All(d Deps) []verify.Format {
	all := []verify.Format{
		pdfsig.Format{},
		vcjose.Format{SDJWT: sdjwt.Format{}}, // a COSE_Sign1 or an SD-JWT over JSON with a context: before those of the envelope
		claim169.Format{},
		hcert.Format{},
		mdoc.Format{},
		sdjwt.Format{},
		shc.Format{},
		aadhaar.Format{},
		vds.Format{},
		ofd.Format{},
	}
	if len(d.Online) > 0 {
		all = append(all, provider.Format{Providers: d.Online})
	}
	return all
}
