#!/bin/sh
# The person's screen on a monitor of its own, under Xorg with outputs that are plugged in and out:
#   sh packaging/monitors.sh [SHOTS-DIR]       BANGBAN=FILE: a program that is built already
# It must find its monitor by itself, fill it and leave the clerk's window alone; where the monitor is unplugged, switched off
# or mirrored the clerk's window must be turned round instead, and all be as before once it is back; a place that was set up
# must be kept. It exits non-zero where a window lies in a wrong place. Pictures: clerk and person side by side.
set -eu
cd "$(dirname "$0")/.."
. packaging/deps.sh
. packaging/display.sh
begin_work
shots=${1:-$work/shots}
mkdir -p "$shots"
fail() {
  echo "monitors: FAILED: $*" >&2
  import -silent -window root "$shots/failed.png" 2>/dev/null || true
  xrandr --listmonitors >&2 2>/dev/null || true
  tail -n 10 "$work/out" "$work/err" >&2 2>/dev/null || true
  exit 1
}
MONITORS=2
need_display Xorg xrandr
if [ -n "${BANGBAN:-}" ]; then cp "$BANGBAN" "$work/bangban"; else say "building"; go build -p 2 -tags x11,migrated_fynedo,no_emoji -o "$work/bangban" .; fi
: > "$work/err"
start_display

shot() { sleep 0.6; import -silent -window root "$shots/$1.png"; }
key() { sleep 0.4; xdotool windowfocus --sync "$clerk"; xdotool key --delay 60 "$@"; }
typed() { xdotool windowfocus --sync "$clerk"; xdotool type --delay 55 "$1"; }
stop_counter() { kill -TERM "$app"; wait "$app" || fail "the counter ended with an error"; }
gone() { n=0; while seen "$citizen"; do n=$((n + 1)); [ $n -lt 300 ] || fail "$1: the person's screen is still there, at $(geometry "$citizen")"; sleep 0.05; done; }
# clerk_free: no window lies over the clerk's, which is wholly on the first monitor or begins there.
clerk_free() {
  set -- $(geometry "$clerk")
  [ "$1" -lt 1366 ] || fail "the clerk's window lies at $1 $2"
}

# setup_next STEP: Enter leads from one step of the set-up to this one. One that is busy with looking takes no Enter.
setup_next() {
  n=0
  until grep -q "^setup $1\$" "$work/out"; do
    [ $((n % 60)) -ne 40 ] || key Return
    n=$((n + 1)); [ $n -lt 1200 ] || fail "the set-up does not come to $1"
    sleep 0.05
  done
}

xdotool mousemove 2000 400   # a window manager opens windows where the pointer is
open_counter "$work/bangban" --training --data "$work/d" --lang zh-Hans
AT_MOST=5 want_at "$citizen" "0 0 1280 800" 2> /dev/null && fail "the control: a wrong place is taken for right"
clerk_free
want locked
typed 246810; key Return; want ready; shot 01-ready
key F4; want compare; key Return; want choose; key Return; want agree; shot 02-agree

where="unplugged"
xrandr --output DUMMY1 --off
gone "$where"; clerk_free; shot 03-unplugged
key F6; shot 04-turned; key F6
want agree
where="plugged in again"
xrandr --output DUMMY1 --mode 1280x800 --pos 1366x0
want_at "$citizen" "1366 0 1280 800" || fail "$where"
n=0; until seen "$citizen"; do n=$((n + 1)); [ $n -lt 200 ] || fail "$where: the person's screen does not come back"; sleep 0.05; done
shot 05-back
sleep 0.5; xdotool mousemove $((1366 + 880)) 690 click 1; want hand-over; shot 06-hand-over
key Return; want farewell; key shift+F4; key Escape; want ready

where="mirrored"
xrandr --output DUMMY1 --mode 1366x768 --same-as DUMMY0 2> /dev/null || { xrandr --addmode DUMMY1 1366x768; xrandr --output DUMMY1 --mode 1366x768 --same-as DUMMY0; }
gone "$where"; shot 07-mirrored
where="smaller first monitor"
xrandr --output DUMMY0 --mode 1280x800 --pos 0x0 --output DUMMY1 --mode 1280x800 --pos 1280x0
want_at "$citizen" "1280 0 1280 800" || fail "$where"
shot 08-moved
stop_counter

# Of three monitors the program cannot know which one is the person's: what was set up decides, now and at the next start.
where="three monitors"
xrandr --output DUMMY0 --mode 1366x768 --pos 0x0 --output DUMMY1 --mode 1280x800 --pos 1366x0
xrandr --addmode DUMMY2 1280x800; xrandr --output DUMMY2 --mode 1280x800 --pos 2646x0
PERSON_AT=""
open_counter "$work/bangban" --training --data "$work/d" --lang zh-Hans --setup
for at in reader printer scanner screen; do setup_next $at; done
sleep 1; shot 09-setup
key 3; sleep 0.5
want_at "$citizen" "2646 0 1280 800" || fail "$where: at the set-up"
shot 10-setup-third
for at in langs done; do setup_next $at; done
stop_counter
PERSON_AT="2646 0 1280 800"
open_counter "$work/bangban" --training --data "$work/d" --lang zh-Hans
shot 11-remembered
stop_counter
grep -q 'Error in Fyne call thread' "$work/err" && fail "a widget was touched from another thread"
say "the person's screen kept to its monitor; pictures in $shots"
