package ofd

import (
	"strings"
	"time"

	"bangban/app/verify"
)

// Bounds on what is shown.
const (
	maxShown  = 1000
	maxCustom = 200
)

// metadata is DocInfo (GB/T 33190 §7.4) with the elements of GB/T 36903 among its CustomDatas.
type metadata struct {
	kind, title, issuer, holder, number string
	issued, from, until                 string
}

// elements are the names under which licences carry GB/T 36903: in Chinese, in English as the sharing interfaces write
// them, and as initials.
func elements() map[string]func(*metadata) *string {
	title := func(m *metadata) *string { return &m.title }
	issuer := func(m *metadata) *string { return &m.issuer }
	holder := func(m *metadata) *string { return &m.holder }
	number := func(m *metadata) *string { return &m.number }
	issued := func(m *metadata) *string { return &m.issued }
	from := func(m *metadata) *string { return &m.from }
	until := func(m *metadata) *string { return &m.until }
	kind := func(m *metadata) *string { return &m.kind }
	return map[string]func(*metadata) *string{
		"证照名称": title, "证照类型名称": kind, "certificatename": title, "certificatetype": kind, "certificatetypename": kind, "zzmc": title, "zzlxmc": kind,
		"证照颁发机构": issuer, "颁发机构": issuer, "发证机关": issuer, "certificateissuingauthorityname": issuer, "zzbfjg": issuer,
		"持证主体": holder, "持证主体名称": holder, "持证者": holder, "持证人": holder, "certificateholdername": holder, "czzt": holder, "czztmc": holder,
		"证照编号": number, "证照号码": number, "certificatenumber": number, "zzbh": number, "zzhm": number,
		"证照颁发日期": issued, "发证日期": issued, "certificateissueddate": issued, "zzbfrq": issued,
		"证照有效期起始日期": from, "有效期起始日期": from, "certificateeffectivedate": from, "zzyxqqsrq": from,
		"证照有效期截止日期": until, "有效期截止日期": until, "certificateexpiringdate": until, "zzyxqjzrq": until,
	}
}

func readMetadata(body *node) (metadata, error) {
	var m metadata
	info, err := body.one("DocInfo")
	if err != nil || info == nil {
		return m, err
	}
	if customs, err := info.one("CustomDatas"); err != nil {
		return m, err
	} else if customs != nil {
		known := elements()
		for i, c := range customs.all("CustomData") {
			if to := known[strings.ToLower(strings.TrimSpace(c.attrs["Name"]))]; i < maxCustom && to != nil && *to(&m) == "" {
				*to(&m) = strings.TrimSpace(c.text)
			}
		}
	}
	for from, to := range map[string]*string{"Title": &m.title, "Author": &m.issuer} {
		v, err := info.value(from)
		if err != nil {
			return m, err
		}
		if *to == "" {
			*to = v
		}
	}
	return m, nil
}

// kinds are the nine kinds of licences that go between provinces first, by words of their names. The longer word goes
// first: a marriage is told from its divorce.
func kinds() [][2]string {
	return [][2]string{
		{"出生医学证明", "birth-certificate"}, {"居民户口簿", "household-register"}, {"户口簿", "household-register"}, {"居民身份证", "id-card"},
		{"社会保障卡", "social-security-card"}, {"学位证", "degree"}, {"职业资格", "professional-qualification"}, {"机动车驾驶证", "driving-licence"},
		{"驾驶证", "driving-licence"}, {"离婚证", "divorce"}, {"结婚证", "marriage"}, {"不动产权证", "real-estate-title"}, {"不动产权属证", "real-estate-title"},
	}
}

// kindOf names the kind: by the type where there is one, else by the title.
func (m *metadata) kindOf() string {
	for _, text := range []string{m.kind, m.title} {
		for _, k := range kinds() {
			if strings.Contains(text, k[0]) {
				return k[1]
			}
		}
	}
	return "other"
}

// ends is when the licence itself ends; zero: no end, or one that says "长期".
func (m *metadata) ends() time.Time {
	t := moment(m.until)
	if t.IsZero() {
		return t
	}
	return t.Add(24 * time.Hour) // the last day counts
}

func (m *metadata) claims(seals, signers []string) verify.Claims {
	out := verify.Claims{"kind": m.kindOf()}
	title := m.title
	if title == "" {
		title = m.kind
	}
	for name, s := range map[string]string{"title": title, "issuer": m.issuer, "holder": m.holder, "number": m.number, "issued": m.issued,
		"valid_from": m.from, "valid_until": m.until, "seals": strings.Join(seals, "; "), "signed_by": strings.Join(signers, "; ")} {
		if s = verify.Clean(s); len(s) > maxShown {
			s = strings.ToValidUTF8(s[:maxShown], "") + "…"
		}
		if s != "" {
			out[name] = s
		}
	}
	return out
}
