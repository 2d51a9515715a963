#!/bin/sh
# The whole journey by keyboard in the real window, under Xvfb and through the real PC/SC service:
#   log in → card → its MRZ → proof → same person → purpose and recipient → the person's own Yes → paper → handed over →
#   queue → lock, and on the command line: parcel on a stick → back office → receipt → purged.
# Then what must not go on: a tampered passport, a card pulled early, the person's No, a spoken yes, the service off.
# It looks for what each step leaves behind and exits non-zero where something is missing.
#   sh packaging/walk.sh [SHOTS-DIR]      screenshots of every step, in zh-Hans and en, at 100 and 200 %
set -eu
cd "$(dirname "$0")/.."
. packaging/deps.sh
work=$(mktemp -d)
shots=${1:-$work/shots}
mkdir -p "$shots" "$work/xdg" "$work/home/.config"
chmod 700 "$work/xdg"
# No desktop bus: the toolkit would start one and leave it running.
export HOME="$work/home" XDG_RUNTIME_DIR="$work/xdg" LANG=C.UTF-8 FYNE_DISABLE_DPI_DETECTION=1 DBUS_SESSION_BUS_ADDRESS="unix:path=$work/no-bus"
pids=""
cleanup() {
  exec 9>&- || true
  for p in $pids; do kill "$p" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

fail() {
  echo "walk: FAILED: $*" >&2
  import -window root "$shots/failed.png" 2>/dev/null || true
  tail -n 20 "$work/out" "$work/err" >&2 2>/dev/null || true
  [ -n "${KEEP_WALK:-}" ] && cp -r "$work" "$KEEP_WALK"
  exit 1
}
for tool in Xvfb openbox xdotool import pcscd; do
  command -v $tool >/dev/null 2>&1 || fail "$tool is missing: sh packaging/test.sh installs it"
done

gopath=$(go env GOPATH GOCACHE GOMODCACHE | tr '\n' ' ')
build() { HOME=$real_home go build -p 2 "$@"; }
real_home=$(getent passwd "$(id -u)" | cut -d: -f6)
echo "walk: building ($gopath)" | cut -c 1-14
build -tags x11,migrated_fynedo -o "$work/bangban" .
build -o "$work/bangbanctl" ./app/cmd/bangbanctl
build -o "$work/card" ./cardreader/vpcd/serve

Xvfb -displayfd 3 -screen 0 2720x860x24 3> "$work/display" 2> "$work/xvfb.log" &
pids="$pids $!"
n=0; until [ -s "$work/display" ]; do n=$((n + 1)); [ $n -lt 400 ] || fail "Xvfb does not start"; sleep 0.05; done
DISPLAY=:$(cat "$work/display"); export DISPLAY
openbox > "$work/openbox.log" 2>&1 &
pids="$pids $!"
. packaging/pcscd.sh
start_pcscd "$work" || fail "no PC/SC service"

# want STEP: waits until the machine says that it is there.
want() {
  n=0
  until [ "$(grep '^step ' "$work/out" | tail -n 1)" = "step $1" ]; do
    n=$((n + 1)); [ $n -lt 400 ] || fail "step $1 is not reached ($where)"
    kill -0 "$app" 2>/dev/null || fail "the counter ended ($where)"
    sleep 0.05
  done
}
# saw STEP COUNT: the step was reached COUNT times or more.
saw() { [ "$(grep -c "^step $1\$" "$work/out")" -ge "$2" ] || fail "step $1 was not seen ($where)"; }
# settle: two equal screenshots in a row.
settle() {
  n=0; last=
  while :; do
    now=$(import -silent -window root -crop 2720x700+0+80 rgb:- | cksum)
    [ "$now" = "$last" ] && return 0
    last=$now; n=$((n + 1)); [ $n -lt 40 ] || return 0
    sleep 0.1
  done
}
shot() { settle; import -silent -window root "$shots/$where-$1.png"; }
# The counter hears no Return within 250 ms of a step: one long press is one answer.
key() { sleep 0.3; xdotool windowfocus --sync "$clerk"; xdotool key --delay 60 "$@"; }
typed() { xdotool windowfocus --sync "$clerk"; xdotool type --delay 55 "$1"; }
# touch X Y: a touch on the person's screen, in pixels of its window.
touch_citizen() {
  sleep 0.3
  eval "$(xdotool getwindowgeometry --shell "$citizen")"
  xdotool mousemove "$((X + $1))" "$((Y + $2))" click 1
}
yes_at="880 690"
no_at="400 690"

# start_counter LANG SCALE
start_counter() {
  : > "$work/out"; : > "$work/err"
  "$work/bangban" --training --data "$work/d" --lang "$1" --scale "$2" --ready > "$work/out" 2>> "$work/err" &
  app=$!
  pids="$pids $app"
  n=0
  until grep -q '^ready' "$work/out"; do
    n=$((n + 1)); [ $n -lt 1200 ] || fail "the counter does not open"
    kill -0 "$app" 2>/dev/null || fail "the counter ended"
    sleep 0.05
  done
  # Two windows: the one with 1280x800 is the person's.
  citizen=; clerk=
  for w in $(xdotool search --onlyvisible --pid "$app" --name '.'); do
    eval "$(xdotool getwindowgeometry --shell "$w")"
    if [ "$WIDTH" = 1280 ]; then citizen=$w; else clerk=$w; fi
  done
  { [ -n "$citizen" ] && [ -n "$clerk" ]; } || fail "two windows are wanted"
  xdotool windowmove --sync "$citizen" 1400 20 || true
  xdotool windowmove --sync "$clerk" 0 20 || true
}
stop_counter() { kill -TERM "$app"; wait "$app" || fail "the counter ended with an error"; }

login() { want locked; shot 01-login; typed 246810; key Return; want ready; }
# present SPECIMEN: the card is laid, its MRZ typed.
present() { lay_card "$1"; want need-secret; settle; typed "$(mrz "$1" | tr -d '|')"; }

journey() { # LANG SCALE
  where="$1-$2"
  start_counter "$1" "$2"
  login; shot 02-ready
  present emrtd; shot 03-secret; key Return; want compare; shot 04-compare
  key Return
  case $(grep '^step ' "$work/out" | tail -n 1) in *agree) ;; *) want_choose_or_agree ;; esac
  want agree; shot 06-agree
  key Return; key space; sleep 0.2; want agree            # the clerk's keys are not the person's Yes
  touch_citizen $yes_at; want hand-over; shot 07-hand-over
  lift_card
  key Return; want farewell; shot 08-farewell
  key F9; shot 09-queue; key F9
  key F12; want locked; shot 10-locked
  typed 246810; key Return; want farewell
  stop_counter
}
# want_choose_or_agree: the first visit chooses; later ones go straight to the question.
want_choose_or_agree() {
  n=0
  while :; do
    case $(grep '^step ' "$work/out" | tail -n 1) in
      *agree) return 0 ;;
      *choose) shot 05-choose; key Return; return 0 ;;
    esac
    n=$((n + 1)); [ $n -lt 400 ] || fail "neither choose nor agree ($where)"
    sleep 0.05
  done
}

journey zh-Hans 1
journey en 1
journey zh-Hans 2
journey en 2

where=branches
start_counter zh-Hans 1
login
present emrtd-tampered; key Return; want trouble; shot 11-tampered
key Return; key F10; saw trouble 1; key Escape
grep -q '^step agree' "$work/out" && fail "a tampered passport reached the question"
lift_card; key F2; want ready

lay_card emrtd; want need-secret; settle; lift_card; typed "$(mrz emrtd | tr -d '|')"; key Return; shot 12-card-off
lay_card emrtd; want compare
key Return; want agree; touch_citizen $no_at; want not-today; shot 13-not-today
lift_card

lay_card bank-card; want trouble; shot 14-bank-card; lift_card; want ready

present emrtd-wang; key Return; want compare; key Return; want agree
key F10; want spoken; shot 15-spoken; key F10; want hand-over; shot 16-hand-over-spoken
key Return; want farewell; lift_card

key F2; want ready
echo stop >&9; answer stopped; n=0
until grep -q 'cause=service-off' "$work/err"; do n=$((n + 1)); [ $n -lt 200 ] || fail "the counter does not say that the service is off"; sleep 0.05; done
shot 17-service-off
echo start >&9; answer started
lay_card emrtd; want need-secret; shot 18-service-back
key F2; want ready; lift_card
stop_counter

ctl="$work/bangbanctl --training --data $work/d"
vouchers=$($ctl voucher list --json | grep -c '"state":"handed-over"')
[ "$vouchers" = 5 ] || fail "5 vouchers were handed over, the ledger says $vouchers"
[ "$(ls "$work/d-papers" | wc -l)" = 5 ] || fail "5 papers are wanted in the papers folder"
$ctl queue export "$work/stick" > /dev/null
$ctl inbox open "$work/stick" --json > "$work/inbox" 2>/dev/null || fail "inbox open"
[ "$(grep -c '"kind":"voucher"' "$work/inbox")" = 5 ] || fail "5 voucher records are wanted at the back office"
grep -c '"answer":"yes-spoken"' "$work/inbox" | grep -qx 1 || fail "one spoken yes is wanted"
grep -c '"answer":"yes"' "$work/inbox" | grep -qx 4 || fail "four own yes are wanted"
$ctl queue receipts "$work/stick/receipts" > /dev/null || fail "receipts"
$ctl journal verify > /dev/null || fail "journal"
sh packaging/residue.sh "$work/d" "$work/stick" "$work/home" "$work/xdg" "$work/out" "$work/err" || fail "residue"
grep -q 'Error in Fyne call thread' "$work/err" && fail "a widget was touched from another thread"
echo "walk: 5 vouchers, $(ls "$shots" | wc -l) screenshots"
