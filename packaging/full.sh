#!/bin/sh
# The long tests at their full counts, and one table:  sh packaging/full.sh   (test.sh --full calls it)
# The fault matrix, a million parcels, a thousand counters against two gateways. It takes an hour or so.
set -eu
cd "$(dirname "$0")/.."
. packaging/deps.sh
need_go
BANGBAN_FULL=1 && export BANGBAN_FULL
table=$(mktemp)
trap 'rm -f "$table"' EXIT
failed=
step() { # step NAME COMMAND…: keeps what it prints for the table
  name=$1; shift
  began=$(date +%s)
  said=$(mktemp)
  if "$@" > "$said" 2>&1; then verdict=passed; else verdict=FAILED; failed=1; fi
  cat "$said"
  printf '%-34s %-7s %6d s\n' "$name" "$verdict" "$(( $(date +%s) - began ))" >> "$table"
  sed -nE 's/^scale\|([^|]*)\|(.*)$/    \1: \2/p; s/^(load: .*)$/    \1/p; s/^(total .*)$/    faults, cases lost twice plain: \1/p' "$said" >> "$table"
  rm -f "$said"
}
step "fault matrix" sh packaging/faults.sh --full
step "a million parcels" env CGO_ENABLED=0 go test -tags ci,migrated_fynedo -v -count=1 -timeout 60m -run '^TestManyParcels$' ./app/store
step "100,000 steps against the model" env CGO_ENABLED=0 go test -tags ci,migrated_fynedo -v -count=1 -timeout 60m -run '^TestModel$' ./app/store
step "network faults, gateways killed" env CGO_ENABLED=0 go test -tags ci,migrated_fynedo -count=1 -timeout 60m ./app/inbox/...
step "load" sh packaging/load.sh --full
cat "$table"
[ -z "$failed" ] || stop "a long test failed"
