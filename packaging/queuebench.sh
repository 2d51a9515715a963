#!/bin/sh
# The queue beside what it stands on, in one run:  sh packaging/queuebench.sh [TIMES]
# Keeping a record for sure (sealing, journal and all) beside an append with a flush of the same bytes and beside the C shell
# of SQLite that commits the same rows one by one; a backlog through TLS into a gateway that stores it, beside a bare POST of
# the same bytes; sealing and opening. The shell needs the package sqlite3 and is left out, saying so, where it is missing.
set -eu
cd "$(dirname "$0")/.."
. packaging/deps.sh
need_go
times=${1:-300}
command -v sqlite3 > /dev/null || say "no sqlite3 here: its row is left out"
said=$(mktemp)
trap 'rm -f "$said"' EXIT
bench() { CGO_ENABLED=0 go test -tags ci,migrated_fynedo -run '^$' -bench "$2" -benchtime "$3x" "$1" >> "$said" || { cat "$said" >&2; stop "a benchmark failed"; }; }
bench ./app/inbox '^BenchmarkEnqueue$' "$times"
bench ./app/inbox '^BenchmarkDrain$' $((times / 20 + 1))
bench ./app/queue '^Benchmark(Seal|Open)$' "$times"
awk '
  function row(what, rate, beside) { printf "%-46s %9.0f/s  %8.3f ms", what, rate, 1000 / rate; if (beside) printf "  %5.2f of it", rate / beside; print "" }
  /^Benchmark/ { name = $1; sub(/-[0-9]+$/, "", name); for (i = 3; i < NF; i += 2) { if ($(i + 1) == "parcels/s") rate[name] = $i; if ($(i + 1) == "ns/op" && !(name in rate)) rate[name] = 1e9 / $i } }
  END {
    e = "BenchmarkEnqueue/"; d = "BenchmarkDrain/"
    row("append and fsync of a parcel", rate[e "append+fsync"])
    if (rate[e "sqlite3-shell"]) row("C shell of SQLite, its rows, one commit each", rate[e "sqlite3-shell"], rate[e "append+fsync"])
    row("counter: sealed, in the journal, kept", rate[e "counter"], rate[e "append+fsync"])
    row("bare HTTP POST, nothing kept", rate[d "bare-POST"])
    row("backlog over TLS: kept there, receipted, purged", rate[d "gateway"], rate[d "bare-POST"])
    row("seal to two holders", rate["BenchmarkSeal"])
    row("verify and open", rate["BenchmarkOpen"])
  }' "$said"
