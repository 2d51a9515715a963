#!/bin/sh
# The long tests, and one table of them:  sh packaging/full.sh [OUTDIR]
# About two hours on two cores. Each goes on where another failed; what each said lies in OUTDIR. It ends with the table,
# and fails where a row did.
set -eu
cd "$(dirname "$0")/.."
. packaging/deps.sh
need_go
out=${1:-$(mktemp -d)}
mkdir -p "$out"
: > "$out/table"
bad=
row() {
  name=$1
  shift
  began=$(date +%s)
  say "$name: $*"
  if "$@" > "$out/$name.log" 2>&1; then how=passed; else how=FAILED bad=1; fi
  printf '%-12s %7d s  %s\n' "$name" $(( $(date +%s) - began )) "$how" >> "$out/table"
}
pure() { BANGBAN_FULL=1 CGO_ENABLED=0 go test -tags ci,migrated_fynedo -count=1 -timeout 90m -v "$@"; }

row faults sh packaging/faults.sh --full
row store pure -run '^TestManyParcels$' ./app/store
row paper pure ./print ./app/voucher
row readers env BANGBAN_FULL=1 go test -count=1 -timeout 30m ./cardreader/pcsc/... ./cardreader/vpcd/...
row gmrtd sh packaging/gmrtd.sh
row real sh packaging/real.sh
row monitors sh packaging/monitors.sh
row staffcard sh packaging/staffcard.sh
row memory env MONITORS=2 WORDS=none WALK=journeys sh packaging/walk.sh
row weight sh packaging/weight.sh
row load sh packaging/load.sh --full
row packages sh packaging/packages-test.sh "$out/packages"
printf '\n'
cat "$out/table"
# The figures beneath the table: the fault matrix, a million parcels beside a thousand, the load, the weight.
sed -n '/^fault  */,/^total/p' "$out/faults.log"
grep -hE '^(scale\||load: |weight: )' "$out/store.log" "$out/load.log" "$out/weight.log" | tr '|' ' ' || true
[ -z "$bad" ] || stop "see the logs in $out"
