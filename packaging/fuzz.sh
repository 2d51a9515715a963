#!/bin/sh
# Runs the fuzz targets in rotation:  sh packaging/fuzz.sh [--full]
# Without --full twelve targets share 4 minutes; which ones get a turn follows the day, so that all get one within some
# days. With --full each gets 2 minutes. What a target finds is kept by go test under its testdata/fuzz.
set -eu
cd "$(dirname "$0")/.."
slice=20s turns=12
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
grep -rn --include='*_test.go' -oE '^func Fuzz[A-Za-z0-9_]+' . | sed -E 's|^\./([^:]*)/[^/:]+:[0-9]+:func |\1 |' | LC_ALL=C sort > "$work/all"
count=$(wc -l < "$work/all")
[ "$count" -gt 0 ] || { echo "fuzz: no targets" >&2; exit 1; }
[ "${1:-}" = --full ] && slice=120s turns=$count
[ "$turns" -gt "$count" ] && turns=$count
first=$(( ($(date +%s) / 86400) * turns % count ))
cat "$work/all" "$work/all" | tail -n +$((first + 1)) | head -n "$turns" > "$work/turn"
i=0
while read -r dir target; do
  i=$((i + 1))
  echo "fuzz $i/$turns of $count: $dir $target, $slice"
  if ! CGO_ENABLED=0 go test -tags ci,migrated_fynedo "./$dir" -run '^$' -fuzz "^$target\$" -fuzztime "$slice" -fuzzminimizetime 10x -parallel 2 > "$work/out" 2>&1; then
    # The engine itself sometimes misses its own end on a busy machine (golang/go#56238); that is no finding.
    if grep -q 'context deadline exceeded' "$work/out" && ! grep -q 'Failing input' "$work/out"; then
      echo "fuzz: $target ran out of time without a finding"
      continue
    fi
    cat "$work/out"
    exit 1
  fi
  tail -n 1 "$work/out"
done < "$work/turn"
