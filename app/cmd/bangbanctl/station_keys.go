package main

import (
	"github.com/spf13/pflag"
)

// keyFlags say where the keys of a counter are made.
type keyFlags struct{ voucher, identity, pin string }

func (k *keyFlags) add(fl *pflag.FlagSet) {
	fl.StringVar(&k.voucher, "key", "file", "where the voucher key lies: file, tpm, pkcs11:URI, piv or, where other cards lie on other readers, piv::READER")
	fl.StringVar(&k.identity, "identity-key", "", "where the station identity lies: file or tpm; left out, tpm where --key is")
	fl.StringVar(&k.pin, "key-pin", "", "PIN of the PKCS#11 token or PIV card: - reads the next line of standard input")
}

// keyPlaces gives the addresses of the two keys, empty for a file, and the PIN.
func (e *env) keyPlaces(k keyFlags) (voucher, identity string, pin []byte, err error) {
	address := func(flag string) string {
		if flag == "file" {
			return ""
		}
		return flag
	}
	voucher, identity = address(k.voucher), address(k.identity)
	if k.identity == "" && isTPM(voucher) {
		identity = voucher
	}
	if identity != "" && !isTPM(identity) {
		return "", "", nil, usagef("a counter's identity works without a clerk, so no PIN can guard it: --identity-key takes file or tpm")
	}
	switch k.pin {
	case "":
	case "-":
		line, err := readLine(e.in)
		if err != nil {
			return "", "", nil, err
		}
		pin = []byte(line)
	default:
		return "", "", nil, usagef("--key-pin takes only -: one line on standard input")
	}
	return voucher, identity, pin, nil
}

func isTPM(address string) bool { return address == "tpm" || len(address) > 4 && address[:4] == "tpm:" }
