#!/bin/sh
# A login by card in the real window, under Xvfb and through the real PC/SC service, by keyboard: the PIN, locked; a card of the
# staff on a reader is set up with the PIN and its own; locked, its own PIN is enough; taken away, the counter locks by itself
# and goes on with the person's visit once the card is back; a wrong PIN lets nobody in.
#   sh packaging/staffcard.sh [SHOTS-DIR]      BANGBAN=FILE: a program that is built already
set -eu
cd "$(dirname "$0")/.."
. packaging/deps.sh
. packaging/display.sh
. packaging/pcscd.sh
begin_work
shots=${1:-$work/shots}
mkdir -p "$shots"
fail() {
  echo "staffcard: FAILED: $*" >&2
  import -window root "$shots/failed.png" 2>/dev/null || true
  tail -n 20 "$work/out" "$work/err" >&2 2>/dev/null || true
  exit 1
}
need_display pcscd

echo "staffcard: building"
if [ -n "${BANGBAN:-}" ]; then cp "$BANGBAN" "$work/bangban"; else go build -p 2 -tags x11,migrated_fynedo,no_emoji -o "$work/bangban" .; fi
go build -p 2 -o "$work/bangbanctl" ./app/cmd/bangbanctl
go build -p 2 -o "$work/card" ./cardreader/vpcd/serve
start_display
start_pcscd "$work" || fail "no PC/SC service"
: > "$work/err"
open_counter "$work/bangban" --training --data "$work/d" --lang en

key() { sleep 0.4; xdotool windowfocus --sync "$clerk"; xdotool key --delay 60 "$@"; }
typed() { sleep 0.4; xdotool windowfocus --sync "$clerk"; xdotool type --delay 60 "$1"; }
picture() { import -silent -window "$clerk" -crop 760x520+220+60 rgb:- | cksum; }
# changed FROM: waits until the task is drawn otherwise than it was, and then stands still.
changed() {
  n=0; until [ "$(picture)" != "$1" ]; do n=$((n + 1)); [ $n -lt 200 ] || fail "nothing changes on the screen ($where)"; sleep 0.1; done
  last=$1; until now=$(picture) && [ "$now" = "$last" ]; do last=$now; sleep 0.3; done
}
shot() { import -silent -window "$clerk" "$shots/staffcard-$1.png"; }
lay_staff() { before=$(picture); lay_card clerk-token; changed "$before"; }

where=pin; want locked
typed 246810; key Return; want ready
key F12; want locked
where=new; lay_staff; shot 1-new
typed 246810; key Return; typed 246810; key Return; want ready
key F12; want locked
where=known; sleep 1; shot 2-known
typed 111111; key Return; sleep 2
[ "$(grep '^step ' "$work/out" | tail -n 1)" = "step locked" ] || fail "a wrong PIN lets in"
shot 3-wrong
typed 246810; key Return; want ready
where=pulled; lift_card; want locked; sleep 1; shot 4-lifted
lay_staff; typed 246810; key Return; want ready
kill -TERM "$app"; wait "$app" || fail "the counter ended with an error"

"$work/bangbanctl" --training --data "$work/d" --json journal verify > "$work/journal" || fail "the journal is not whole"
grep -q '"login":4' "$work/journal" || fail "four logins are wanted: $(cat "$work/journal")"
"$work/bangbanctl" --training --data "$work/d" --json clerk list | grep -q '"id":"01".*"cards":1' || fail "the card is not on the list"
echo "staffcard: logged in by card, locked without it"
