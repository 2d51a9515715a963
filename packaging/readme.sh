#!/bin/sh
# Follows the README to the letter: "The same at a terminal", then a relying office's check of the paper that came out.
#   sh packaging/readme.sh [BANGBANCTL]     with a program that is built already, its line of go build is left out
set -eu
cd "$(dirname "$0")/.."
. packaging/deps.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "readme: FAILED: $*" >&2; exit 1; }
block() { awk -v head="$1" '$0 == "```sh" && seen { on = 1; next } $0 == "```" && on { exit } on { print } index($0, head) { seen = 1 }' README.md; }
block 'The same at a terminal:' > "$work/lines"
[ "$(grep -c bangbanctl "$work/lines")" -ge 6 ] || fail "the README has changed: $(cat "$work/lines")"
# The reader's folders under /tmp, and ./bangbanctl, are this script's.
program=$work/bangbanctl
sed -i "s|/tmp/|$work/|g; s|^\./bangbanctl|$program|" "$work/lines"
if [ -n "${1:-}" ]; then
  cp "$1" "$program"
  sed -i '/^go build/d' "$work/lines"
else
  need_go
  sed -i "s|^go build -o bangbanctl|go build -o $program|" "$work/lines"
fi
sh -eu "$work/lines" > "$work/said" 2>&1 || { code=$?; [ "$code" = 1 ] && grep -q 'stop ' "$work/said" || { cat "$work/said" >&2; fail "exit $code"; }; }
block 'How a relying office checks a paper' | sed "s|/tmp/|$work/|g; s|^\./bangbanctl|$program|" > "$work/check"
[ "$(wc -l < "$work/check")" = 2 ] || fail "the README has changed: $(cat "$work/check")"
sh -eu "$work/check" > "$work/verdict" 2>&1 || fail "the paper is not passed: exit $? $(cat "$work/verdict")"
grep -q 'pdf+voucher: passed' "$work/verdict" || fail "$(cat "$work/verdict")"
# It can fail: for another office.
sed -i '1d; s/--aud demo-bank/--aud demo-rail/' "$work/check"
code=0
sh -eu "$work/check" > "$work/verdict" 2>&1 || code=$?
[ "$code" = 3 ] || fail "for another office: exit $code"
say "the README works: $(basename "$(ls "$work"/paper/*.txt)" .txt) issued, sent, received, receipted and checked"
