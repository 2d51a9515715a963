package main

import "github.com/spf13/pflag"

// tokenFlags say which keys of an institution a PKCS#11 token holds.
type tokenFlags struct{ root, holders, pin string }

func (k *tokenFlags) add(fl *pflag.FlagSet) {
	fl.StringVar(&k.root, "root", "", "pkcs11:URI of the token that makes and holds the root key")
	fl.StringVar(&k.holders, "holders", "", "pkcs11:URI of the token that seals the back-office keys")
	fl.StringVar(&k.pin, "token-pin", "", "PIN of the tokens: - reads the next line of standard input; it is kept under the passphrase")
}

// tokenPIN reads the PIN of the tokens.
func (e *env) tokenPIN(k tokenFlags, passphrase []byte) ([]byte, error) {
	switch {
	case k.root == "" && k.holders == "":
		return nil, nil
	case k.pin != "-" || len(passphrase) == 0:
		return nil, usagef("--root and --holders want --token-pin - (the next line of standard input) and --passphrase -")
	}
	line, err := readLine(e.in)
	return []byte(line), err
}
