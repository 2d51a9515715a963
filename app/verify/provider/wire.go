package provider

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"bangban/app/trust"
	"bangban/cardreader/check"

	"github.com/emmansun/gmsm/sm2"
)

// Platform asks one platform. It is safe for concurrent use.
type Platform struct {
	c    Config
	host string
}

// answer is what came back.
type answer struct {
	fields    map[string]any
	body      []byte
	signature string
	serial    string // that the answer must name
}

// ask goes through the wire shape.
func (p *Platform) ask(ctx context.Context, code string) (*answer, error) {
	if p.c.Shape == ShapeB {
		serial := make([]byte, 16)
		if _, err := io.ReadFull(p.c.Rand, serial); err != nil {
			return nil, err
		}
		body := map[string]any{"orgCode": p.c.OrgCode, "appId": p.c.AppID, "appName": p.c.AppName, "authMode": p.c.Mode}
		put(body, p.c.Fields.Serial, hex.EncodeToString(serial))
		return p.finish(p.post(ctx, "/nationalCertification/userInfoCheck", p.shown(body, code)))(hex.EncodeToString(serial))
	}
	first, err := p.post(ctx, "/validateIdentity/apply/"+p.c.Mode, map[string]any{"appId": p.c.AppID})
	if err != nil {
		return nil, err
	}
	if c := p.judgeSignature(first); c.Verdict == check.Failed {
		return nil, fmt.Errorf("%w: signature of the serial", errAnswer)
	}
	serial, _ := find(first.fields, p.c.Fields.Serial).(string)
	if serial == "" || len(serial) > 128 {
		return nil, fmt.Errorf("%w: no serial", errAnswer)
	}
	body := map[string]any{"appId": p.c.AppID}
	put(body, p.c.Fields.Serial, serial)
	return p.finish(p.post(ctx, "/validateIdentity/request/"+p.c.Mode, p.shown(body, code)))(serial)
}

func (p *Platform) finish(a *answer, err error) func(serial string) (*answer, error) {
	return func(serial string) (*answer, error) {
		if err == nil {
			a.serial = serial
		}
		return a, err
	}
}

// shown adds what was scanned: an object of the phone's (shape B) by its own names, else the text.
func (p *Platform) shown(body map[string]any, code string) map[string]any {
	if m, err := trust.DecodeObject([]byte(code)); err == nil && p.c.Shape == ShapeB {
		for _, name := range []string{"idCardAuthData", "certPwdData"} {
			if s, ok := m[name].(string); ok {
				body[name] = s
			}
		}
		return body
	}
	put(body, p.c.Fields.Code, code)
	return body
}

// post signs and sends one request.
func (p *Platform) post(ctx context.Context, path string, body any) (*answer, error) {
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	b, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	defer clear(b)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.c.URL+path, bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("appId", p.c.AppID)
	if p.c.Token != "" {
		req.Header.Set("token", p.c.Token)
	}
	if p.c.Signer != nil {
		sig, err := sign(p.c.Rand, p.c.Signer, b)
		if err != nil {
			return nil, err
		}
		req.Header.Set(p.c.Header, base64.StdEncoding.EncodeToString(sig))
	}
	resp, err := p.c.Client.Do(req)
	if err != nil { // the error quotes no body; it may quote the address
		return nil, fmt.Errorf("%w: %w", errDown, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%w: status %d", errAnswer, resp.StatusCode)
	}
	a := &answer{signature: resp.Header.Get(p.c.Header)}
	if a.body, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1)); err != nil {
		return nil, fmt.Errorf("%w: %w", errDown, err)
	}
	if a.fields, err = trust.DecodeObject(a.body); err != nil || len(a.body) > maxAnswer {
		return nil, fmt.Errorf("%w: not one JSON object", errAnswer)
	}
	return a, nil
}

// find goes down objects at the points of a name.
func find(m map[string]any, name string) any {
	head, rest, deeper := strings.Cut(name, ".")
	if !deeper {
		return m[head]
	}
	next, _ := m[head].(map[string]any)
	return find(next, rest)
}

// put is the way back.
func put(m map[string]any, name string, v any) {
	head, rest, deeper := strings.Cut(name, ".")
	if !deeper {
		m[head] = v
		return
	}
	next, ok := m[head].(map[string]any)
	if !ok {
		next = map[string]any{}
		m[head] = next
	}
	put(next, rest, v)
}

// signatureOf names the signature that goes with a key; "": none here.
func signatureOf(pub crypto.PublicKey) string {
	switch k := pub.(type) {
	case *rsa.PublicKey:
		if k.N.BitLen() >= 2048 {
			return "RSA"
		}
	case *ecdsa.PublicKey:
		if sm2.IsSM2PublicKey(k) {
			return "SM2"
		}
	}
	return ""
}

func sign(rand io.Reader, key crypto.Signer, body []byte) ([]byte, error) {
	if signatureOf(key.Public()) == "SM2" {
		return key.Sign(rand, body, sm2.DefaultSM2SignerOpts) // SM3 over Z and the body, GM/T 0009 §8
	}
	sum := sha256.Sum256(body)
	return key.Sign(rand, sum[:], crypto.SHA256)
}

func verifies(pub crypto.PublicKey, body []byte, text string) bool {
	sig, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(sig) == 0 {
		return false
	}
	switch k := pub.(type) {
	case *rsa.PublicKey:
		sum := sha256.Sum256(body)
		return rsa.VerifyPKCS1v15(k, crypto.SHA256, sum[:], sig) == nil
	case *ecdsa.PublicKey:
		return trust.VerifySM2(k, body, sig)
	}
	return false
}
