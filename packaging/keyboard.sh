#!/bin/sh
# One training voucher by keyboard alone, with the program that is installed: log in → specimen → same person → purpose →
# a spoken yes → paper → handed over.  sh packaging/keyboard.sh DATA-FOLDER   wants DISPLAY, xdotool and a window manager or none
set -eu
data=$1
bangban=${BANGBAN:-bangban}
log=$(mktemp -d)
trap 'kill "$app" 2>/dev/null || true; rm -rf "$log"' EXIT
fail() { echo "keyboard: FAILED: $*" >&2; tail -n 15 "$log/out" "$log/err" >&2; [ -n "${SHOT:-}" ] && import -window root "$SHOT"; exit 1; }
started=$(date +%s%N)
"$bangban" --training --data "$data" --lang zh-Hans --ready > "$log/out" 2> "$log/err" &
app=$!
n=0; until grep -q '^ready' "$log/out"; do n=$((n + 1)); [ $n -lt 1200 ] || fail "it does not open"; kill -0 "$app" 2>/dev/null || fail "it ended"; sleep 0.05; done
echo "keyboard: open after $(( ($(date +%s%N) - started) / 1000000 )) ms"
clerk=
for w in $(xdotool search --onlyvisible --pid "$app" --name '.'); do
  eval "$(xdotool getwindowgeometry --shell "$w")"
  [ "$WIDTH" = 1280 ] || clerk=$w
done
[ -n "$clerk" ] || fail "no clerk's window"
step() { grep '^step ' "$log/out" | tail -n 1 | cut -d' ' -f2; }
want() { n=0; until [ "$(step)" = "$1" ]; do n=$((n + 1)); [ $n -lt 600 ] || fail "step $1 is not reached, it is at $(step)"; kill -0 "$app" 2>/dev/null || fail "it ended"; sleep 0.05; done; }
key() { sleep 0.6; xdotool windowfocus "$clerk"; xdotool key --delay 60 "$@"; }
want locked
sleep 1; xdotool windowfocus "$clerk"; xdotool type --delay 60 246810; key Return
want ready; key F4
# The card, its secret, the face, what for: Enter goes on until the question is the person's.
n=0
until [ "$(step)" = agree ]; do
  case $(step) in need-secret | compare | choose | choose-purpose) key Return ;; trouble) fail "the specimen is not good" ;; esac
  n=$((n + 1)); [ $n -lt 60 ] || fail "the question is not reached, it is at $(step)"
  sleep 0.5
done
# until_past STEP KEY: a key that comes before the screen is drawn is not taken; on a busy computer it is pressed again.
until_past() { n=0; while [ "$(step)" = "$1" ]; do key "$2"; n=$((n + 1)); [ $n -lt 30 ] || fail "$2 does not lead on from $1"; sleep 2; done; }
until_past agree F10; want spoken
until_past spoken F10; want hand-over
until_past hand-over Return; want farewell
kill -TERM "$app"; wait "$app" || fail "it did not end well"
bangbanctl --training --data "$data" voucher list --json > "$log/list"
grep -c '"state":"handed-over"' "$log/list" | grep -qx 1 || fail "the ledger does not hold one voucher: $(cat "$log/list")"
ls "$data-papers"/*.pdf > /dev/null || fail "there is no paper"
echo "keyboard: one training voucher handed over"
