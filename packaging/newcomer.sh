#!/bin/sh
# A newcomer's first voucher in the real window, under Xvfb: the program is opened on a computer that has never seen it, and
# nothing is pressed that the sentence on the screen does not name. A sentence that no longer names its key fails the test.
#   sh packaging/newcomer.sh [BANGBAN] [SHOTS-DIR]      with a program that is built already, nothing is built
set -eu
cd "$(dirname "$0")/.."
. packaging/deps.sh
. packaging/display.sh
begin_work
shots=${2:-$work/shots}
mkdir -p "$shots"
program=${1:-$work/bangban}
if [ -z "${1:-}" ]; then
  need_go
  go build -p 2 -tags x11,migrated_fynedo,no_emoji -o "$program" .
fi
fail() {
  echo "newcomer: FAILED: $*" >&2
  import -window root "$shots/failed.png" 2>/dev/null || true
  tail -n 12 "$work/out" "$work/err" >&2 2>/dev/null || true
  exit 1
}
need_display python3
start_display

lang=zh-Hans
# says KEY WORD: the sentence of that key names the key that is pressed next.
says() {
  python3 - "$lang" "$1" "$2" <<'PY' || fail "the sentence $1 does not say $2"
import json, sys
sentence = json.load(open("locales/%s.json" % sys.argv[1]))[sys.argv[2]]
print("newcomer: %s: %s" % (sys.argv[2], sentence))
sys.exit(sys.argv[3] not in sentence)
PY
}
await() { # LINE: the program says it
  n=0
  until [ "$(grep -E '^(step|setup) ' "$work/out" | tail -n 1)" = "$1" ]; do
    n=$((n + 1)); [ $n -lt 1200 ] || fail "$1 is not reached"
    kill -0 "$app" 2>/dev/null || fail "the program ended before $1"
    sleep 0.05
  done
}
windows() { # finds the clerk's window, and the person's where it is there
  n=0; clerk=; citizen=
  while [ -z "$clerk" ] || [ "$1" = 2 ] && [ -z "$citizen" ]; do
    n=$((n + 1)); [ $n -lt 200 ] || fail "$1 windows are wanted"
    for w in $(xdotool search --onlyvisible --name '.' 2>/dev/null); do
      eval "$(xdotool getwindowgeometry --shell "$w" 2>/dev/null)" || continue
      case $WIDTH in 1280) citizen=$w ;; 1366) clerk=$w ;; esac
    done
    sleep 0.1
  done
}
pressed=0
key() { pressed=$((pressed + 1)); sleep 0.35; xdotool windowfocus --sync "$clerk"; xdotool key --delay 60 "$1"; }
shot() { sleep 0.6; import -silent -window root "$shots/newcomer-$1.png"; }

began=$(date +%s)
"$program" --ready > "$work/out" 2> "$work/err" &
app=$!
pids="$pids $app"
await "setup kind"; windows 1; shot 1-kind
says cl.setup.kind.sub 练习                                   # in doubt: practice, which is chosen already
says main.setup.next Enter; key Return
await "step locked"; windows 2
xdotool windowmove --sync "$citizen" 1400 20 || true
xdotool windowmove --sync "$clerk" 0 20 || true
shot 2-login
says cl.login.training PIN                                     # the PIN stands on the page
sleep 0.3; xdotool windowfocus --sync "$clerk"; xdotool type --delay 60 246810
says main.login Enter; key Return
await "step ready"; shot 3-ready
says tray.head F4; key F4
await "step compare"; shot 4-compare
says main.same Enter; key Return
await "step choose"; shot 5-choose
says main.choose Enter; key Return
await "step agree"; shot 6-agree
says cl.wait.note 本人                                          # the person answers: a touch on their screen
sleep 0.4
eval "$(xdotool getwindowgeometry --shell "$citizen")"
xdotool mousemove "$((X + 880))" "$((Y + 690))" click 1
await "step hand-over"; shot 7-hand-over
says main.handover Enter; key Return
await "step farewell"; shot 8-farewell
papers=$(find "$work/home" -name 'T01-*.pdf' | wc -l)
[ "$papers" = 1 ] || fail "$papers papers came out"
child=$(pgrep -P "$app" | head -n 1)
kill -TERM "$app" ${child:-} 2>/dev/null || true
wait "$app" 2>/dev/null || true
echo "newcomer: the first voucher after $pressed keys and one touch, $(($(date +%s) - began)) s"
