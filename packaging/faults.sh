#!/bin/sh
# The fault matrix as one table: what goes wrong at a counter, how often it was tried, what was lost, came twice or lay open.
#   sh packaging/faults.sh [--full]
# Without --full small counts (three minutes), with it the full ones (an hour). Each row has a negative control, a counter
# or a gateway that is broken on purpose: where the same check finds nothing wrong with it, the run fails. It needs strace
# and PostgreSQL; the small disks need root. It says so where one is missing.
set -eu
cd "$(dirname "$0")/.."
. packaging/deps.sh
need_go
if [ "${1:-}" = --full ]; then BANGBAN_FULL=1 && export BANGBAN_FULL; fi
said=$(mktemp)
trap 'rm -f "$said"' EXIT
failed=
BANGBAN_FAULTS=1 CGO_ENABLED=0 go test -p 1 -tags ci,migrated_fynedo -v -count=1 -timeout 150m -run '^Test(Fault|NetworkFaults)' ./app/store ./app/cmd/bangbanctl ./app/inbox > "$said" 2>&1 || failed=1
awk -F'|' '
  BEGIN { printf "%-38s %8s %6s %6s %6s %8s  %s\n", "fault", "cases", "lost", "twice", "plain", "control", "" }
  /^fault\|/ { printf "%-38s %8d %6d %6d %6d %8d  %s\n", $2, $3, $4, $5, $6, $7, $8; n += $3; l += $4; d += $5; p += $6; if ($7 == 0) dead = 1; rows++ }
  END { printf "%-38s %8d %6d %6d %6d\n", "total", n, l, d, p; exit (rows < 6 || l + d + p > 0 || dead) }
' "$said" || failed=1
grep -E '^ +[a-z_]+\.go:[0-9]+: .*(skip|not here|needs)' "$said" || true
if [ -n "$failed" ]; then
  grep -vE '^(=== |fault\|)' "$said" | tail -40 >&2
  stop "the fault matrix failed"
fi
