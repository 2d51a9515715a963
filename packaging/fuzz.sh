#!/bin/sh
# Runs the fuzz targets in rotation:  sh packaging/fuzz.sh [--full]
# Without --full they share 4 minutes; which ones get a turn follows the day, so that all get one within some days.
# With --full each gets 2 minutes.
set -eu
cd "$(dirname "$0")/.."
slice=10s turns=12
list=$(grep -rn --include='*_test.go' -oE '^func Fuzz[A-Za-z0-9_]+' . | sed -E 's|^\./([^:]*)/[^/:]+:[0-9]+:func |\1 |' | LC_ALL=C sort)
count=$(printf '%s\n' "$list" | wc -l)
[ "${1:-}" = --full ] && slice=120s turns=$count
[ "$turns" -gt "$count" ] && turns=$count
first=$(( ($(date +%s) / 86400) * turns % count ))
i=0
printf '%s\n%s\n' "$list" "$list" | tail -n +$((first + 1)) | head -n "$turns" | while read -r dir target; do
  i=$((i + 1))
  echo "fuzz $i/$turns of $count: $dir $target"
  CGO_ENABLED=0 go test -tags ci,migrated_fynedo "./$dir" -run '^$' -fuzz "^$target\$" -fuzztime "$slice" -parallel 2 | tail -n 1
done
