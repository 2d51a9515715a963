#!/bin/sh
# Reads the virtual passports with github.com/gmrtd/gmrtd v0.22.1 as well and compares field by field, with what both
# cost on the air in one table:  sh packaging/gmrtd.sh
# The other stack lives in a module of its own (cardreader/emrtd/testdata/gmrtd) and stays outside the product: it brings a
# module without a licence, which nobody may ship. It is downloaded by Go's own proxy; where that cannot be, this script
# says so and is done.
set -eu
cd "$(dirname "$0")/.."
. packaging/deps.sh

need_go
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd cardreader/emrtd/testdata/gmrtd
cp go.mod go.sum "$work"
# The sums of the product's own modules follow its go.mod, in a copy.
export GOFLAGS="-mod=mod -modfile=$work/go.mod"
if ! go mod download github.com/gmrtd/gmrtd github.com/aead/cmac github.com/osanderson/brainpool > "$work/out" 2>&1; then
  cat "$work/out"
  say "skipped: the modules of the comparison cannot be downloaded here"
  exit 0
fi
if command -v gcc > /dev/null && pkg-config --exists libpcsclite 2> /dev/null; then
  go test -count=1 -v -run . .
else
  say "without C and PC/SC: not through the card service"
  CGO_ENABLED=0 go test -count=1 -v -run . .
fi
