package emrtd

import (
	"bytes"
	"crypto/aes"
	"encoding/hex"
	"errors"
	"io"
	"math/big"
	"testing"

	"bangban/cardreader"
	"bangban/cardreader/apdu"
	"bangban/cardreader/tlv"
)

// fixed gives these private keys where a key of 32 bytes is drawn, and ones where a multiplication is blinded.
type fixed struct{ keys [][]byte }

func (f *fixed) Read(b []byte) (int, error) {
	if len(b) == 32 && len(f.keys) > 0 {
		copy(b, f.keys[0])
		f.keys = f.keys[1:]
		return len(b), nil
	}
	for i := range b {
		b[i] = 1
	}
	return len(b), nil
}

// RFC 4493 §4.
func TestCMAC(t *testing.T) {
	c, err := aes.NewCipher(unhex(t, "2b7e151628aed2a6abf7158809cf4f3c"))
	if err != nil {
		t.Fatal(err)
	}
	message := unhex(t, "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710")
	for n, want := range map[int]string{
		0: "bb1d6929e95937287fa37d129b756746", 16: "070a16b46b4d4144f79bdd9dd04a287c",
		40: "dfa66747de9ae63030ca32611497c827", 64: "51f0bebf7e3b9d92fc49741779363cfe",
	} {
		same(t, "CMAC", cmac(c, message[:n]), want)
	}
}

// workedPACE is the run of ICAO Doc 9303-11 appendix G.1: generic mapping, ECDH on brainpoolP256r1, AES-128. The commands
// are those of the appendix; MSE:Set AT names the domain only where the chip offers several, which the appendix does not.
func workedPACE(t *testing.T) *tape {
	return &tape{t: t,
		want: []string{
			"0022C1A40F 800A04007F00070202040202 830101",
			"10860000027C0000",
			"10860000457C438141047ACF3EFC982EC45565A4B155129EFBC74650DCBFA6362D896FC70262E0C2CC5E544552DCB6725218799115B55C9BAA6D9F6BC3A9618E70C25AF71777A9C4922D00",
			"10860000457C438341042DB7A64C0355044EC9DF190514C625CBA2CEA48754887122F3A5EF0D5EDD301C3556F3B3B186DF10B857B58F6A7EB80F20BA5DC7BE1D43D9BF850149FBB3646200",
			"008600000C7C0A8508C2B0BD78D94BA86600",
		},
		give: []string{
			"9000",
			"7C12801095A3A016522EE98D01E76CB6B98B42C39000",
			"7C43824104824FBA91C9CBE26BEF53A0EBE7342A3BF178CEA9F45DE0B70AA601651FBA3F5730D8C879AAA9C9F73991E61B58F4D52EB87A0A0C709A49DC63719363CCD13C549000",
			"7C438441049E880F842905B8B3181F7AF7CAA9F0EFB743847F44A306D2D28C1D9EC65DF6DB7764B22277A2EDDC3C265A9F018F9CB852E111B768B326904B59A0193776F0949000",
			"7C0A86083ABB9674BCE93C089000",
		}}
}

const (
	workedInfo     = "3114 3012060A04007F0007020204020202010202010D"
	workedPACEZone = "I<UTOT220001293<<<<<<<<<<<<<<<|6408125F1010318UTO<<<<<<<<<<<6|SPECIMEN<<SPECIMEN<<<<<<<<<<<<"
)

func workedKeys(t *testing.T) io.Reader {
	return &fixed{[][]byte{
		unhex(t, "7F4EF07B9EA82FD78AD689B38D0BC78CF21F249D953BC46F4C6E19259C010F99"),
		unhex(t, "A73FB703AC1436A18E0CFA5ABB3F7BEC7A070E7A6788486BEE230C4A22762595"),
	}}
}

func workedOffer(t testing.TB, access string) *paceOffer {
	infos, err := parseSecurityInfos(unhex(t, access))
	if err != nil {
		t.Fatal(err)
	}
	o := choosePACE(infos)
	if o == nil {
		t.Fatal("no offer taken")
	}
	return o
}

func workedPassword(t *testing.T) password {
	m, err := parseMRZ(workedPACEZone)
	if err != nil {
		t.Fatal(err)
	}
	if got := m.information(); got != "T22000129364081251010318" {
		t.Fatalf("MRZ_information %s", got)
	}
	return zonePassword(m)
}

func TestWorkedPACE(t *testing.T) {
	p := workedPassword(t)
	k := kdf(aes128, p.bytes, 3)
	same(t, "K_π", k[:16], "89DED1B26624EC1E634C1989302849DD")
	c := &channel{conn: workedPACE(t), limit: apdu.MaxShortNe}
	proof, err := c.pace(t.Context(), workedOffer(t, workedInfo), p, workedKeys(t))
	if err != nil || proof != nil {
		t.Fatal(proof, err)
	}
	same(t, "KS_Enc", c.sm.keys.enc[:16], "F5F0E35C0D7161EE6724EE513A0D9A7F")
	same(t, "KS_MAC", c.sm.keys.mac[:16], "FE251C7858B356B24514B3BD5F4297D1")
	same(t, "SSC", c.sm.counter(), "00000000000000000000000000000000")
}

// The mapping of appendix G.1 by itself: the nonce, the shared point and the base point that comes of them.
func TestWorkedMapping(t *testing.T) {
	d := standardDomain(13)
	h, err := d.parse(unhex(t, "0460332EF2450B5D247EF6D3868397D398852ED6E8CAF6FFEEF6BF85CA57057FD50840CA7415BAF3E43BD414D35AA4608B93A2CAF3A4E3EA4E82C9C13D03EB7181"))
	if err != nil {
		t.Fatal(err)
	}
	g, err := d.mapTo(&fixed{}, unhex(t, "3F00C4D39D153F2B2A214A078D899B22"), h)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "base point", d.encode(g), "048CED63C91426D4F0EB1435E7CB1D74A46723A0AF21C89634F65A9AE87A9265E28C879506743F8611AC33645C5B985C80B5F09A0B83407C1B6A4D857AE76FE522")
}

var errWrong = errors.New("the secret is wrong")

func TestPACERefused(t *testing.T) {
	chipKey := "049E880F842905B8B3181F7AF7CAA9F0EFB743847F44A306D2D28C1D9EC65DF6DB7764B22277A2EDDC3C265A9F018F9CB852E111B768B326904B59A0193776F094"
	object := func(tag tlv.Tag, v []byte) string {
		return hexOf(append(tlv.Append(nil, 0x7C, tlv.Append(nil, tag, v)), 0x90, 0))
	}
	for _, tc := range []struct {
		name string
		at   int
		give string
		want error
	}{
		{"refused at once", 0, "6A80", errNoPACE},
		{"no nonce", 1, "6985", errNoPACE},
		{"nonce of 15 bytes", 1, object(0x80, make([]byte, 15)), ErrPACE},
		{"nonce of 48 bytes", 1, object(0x80, make([]byte, 48)), ErrPACE},
		{"nonce empty", 1, object(0x80, nil), ErrPACE},
		{"noise", 1, "0102 9000", ErrPACE},
		{"another object", 1, object(0x81, make([]byte, 16)), ErrPACE},
		{"mapping off the curve", 2, object(0x82, append([]byte{4}, make([]byte, 64)...)), ErrAgreement},
		{"mapping compressed", 2, object(0x82, append([]byte{2}, unhex(t, chipKey)[1:33]...)), ErrAgreement},
		{"key echoed", 3, "7C438441042DB7A64C0355044EC9DF190514C625CBA2CEA48754887122F3A5EF0D5EDD301C3556F3B3B186DF10B857B58F6A7EB80F20BA5DC7BE1D43D9BF850149FBB364629000", ErrPACE},
		{"wrong password", 4, "6300", errWrong},
		{"wrong token", 4, object(0x86, make([]byte, 8)), ErrPACE},
		{"no token", 4, object(0x8A, make([]byte, 8)), ErrPACE},
		{"token cut", 4, object(0x86, unhex(t, "3ABB9674BCE93C")), ErrPACE},
	} {
		line := workedPACE(t)
		line.give[tc.at] = tc.give
		c := &channel{conn: line, limit: apdu.MaxShortNe}
		_, err := c.pace(t.Context(), workedOffer(t, workedInfo), workedPassword(t), workedKeys(t))
		if !errors.Is(err, tc.want) && !(tc.want == errWrong && errors.As(err, new(*cardreader.NeedError))) || c.sm != nil {
			t.Errorf("%s: %v, want %v", tc.name, err, tc.want)
		}
		if n := 5 - len(line.want); n != tc.at+1 {
			t.Errorf("%s: %d commands, want %d", tc.name, n, tc.at+1)
		}
	}
}

func hexOf(b []byte) string { return hex.EncodeToString(b) }

// ICAO Doc 9303-11 appendix I: chip authentication mapping on brainpoolP256r1 with AES-128.
func TestWorkedChipMapping(t *testing.T) {
	k := &keys{suite: aes128}
	copy(k.enc[:], unhex(t, "0A9DA4DB03BDDE39FC5202BC44B2E89E"))
	ones := bytes.Repeat([]byte{0xFF}, 16)
	same(t, "initial value", k.iv(ones), "F6A3B75A1E933941DD7A13E2520779DF")
	data, err := unpad(k.decryptFrom(k.iv(ones), unhex(t, "1EEA964DAAE372AC990E3EFDE6333353BFC89A6704D93DA8798CF77F5B7A54BD10CBA372B42BE0B9B5F28AA8DE2F4F92")), 16)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "CA_IC", data, "85DC3FA93D0952BFA82F5FD189EE75BD82F11D1F0B8ED4BF5319AC9B53C426B3")
	infos, err := parseSecurityInfos(unhex(t, "3164 3062060904007F0007020201023052300C060704007F0007010202010D034200041872709494399E7470A6431BE25E83EEE24FEA568C2ED28DB48E05DB3A610DC884D256A40E35EFCB59BF6753D3A489D28C7A4D973C2DA138A6E7A4A08F68E16F02010D"))
	if err != nil {
		t.Fatal(err)
	}
	list := chipKeys(infos)
	if len(list) != 1 || list[0].id != 13 || list[0].domain.parameter != 13 {
		t.Fatalf("%d keys", len(list))
	}
	p, err := list[0].domain.multiply(&fixed{}, new(big.Int).SetBytes(data), list[0].public)
	if err != nil {
		t.Fatal(err)
	}
	const mapped = "04A234236AA9B9621E8EFB73B5245C0E09D2576E5277183C1208BDD55280CAE8B304F365713A356E65A451E165ECC9AC0AC46E3771342C8FE5AEDD092685338E23"
	same(t, "PK_Map,IC", list[0].domain.encode(p), mapped)
}
