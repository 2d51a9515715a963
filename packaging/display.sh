# A screen of one's own for the window under test, and what walks wait for. The caller has $work, $pids and fail.
# shellcheck shell=sh

# need_display [TOOL...]: says what is missing, before anything is built.
need_display() {
  for tool in Xvfb openbox xdotool import "$@"; do
    command -v "$tool" > /dev/null 2>&1 || fail "$tool is missing: sh packaging/test.sh installs it"
  done
}

# start_display: an empty home and a screen for two windows. Exports HOME and DISPLAY; adds to pids. There is no desktop bus:
# the toolkit would start one and leave it running.
start_display() {
  mkdir -p "$work/home/.config" "$work/xdg"
  chmod 700 "$work/xdg"
  export HOME="$work/home" XDG_RUNTIME_DIR="$work/xdg" LANG=C.UTF-8 FYNE_DISABLE_DPI_DETECTION=1 DBUS_SESSION_BUS_ADDRESS="unix:path=$work/no-bus"
  Xvfb -displayfd 3 -screen 0 2720x860x24 3> "$work/display" 2> "$work/xvfb.log" &
  pids="$pids $!"
  n=0; until [ -s "$work/display" ]; do n=$((n + 1)); [ $n -lt 400 ] || fail "Xvfb does not start"; sleep 0.05; done
  DISPLAY=:$(cat "$work/display"); export DISPLAY
  openbox > "$work/openbox.log" 2>&1 &
  pids="$pids $!"
}

# open_counter PROGRAM [FLAG...]: opens the counter and finds its two windows; the one with 1280x800 is the person's.
# Sets app, clerk and citizen; what it says lies in $work/out.
open_counter() {
  : > "$work/out"
  "$@" --ready > "$work/out" 2>> "$work/err" &
  app=$!
  pids="$pids $app"
  n=0
  until grep -q '^ready' "$work/out"; do
    n=$((n + 1)); [ $n -lt 1200 ] || fail "the counter does not open"
    kill -0 "$app" 2>/dev/null || fail "the counter ended"
    sleep 0.05
  done
  citizen=; clerk=
  for w in $(xdotool search --onlyvisible --pid "$app" --name '.'); do
    eval "$(xdotool getwindowgeometry --shell "$w")"
    if [ "$WIDTH" = 1280 ]; then citizen=$w; else clerk=$w; fi
  done
  { [ -n "$citizen" ] && [ -n "$clerk" ]; } || fail "two windows are wanted"
  xdotool windowmove --sync "$citizen" 1400 20 || true
  xdotool windowmove --sync "$clerk" 0 20 || true
}

# want STEP: waits until the machine says that it is there.
want() {
  n=0
  until [ "$(grep '^step ' "$work/out" | tail -n 1)" = "step $1" ]; do
    n=$((n + 1)); [ $n -lt 400 ] || fail "step $1 is not reached${where:+ ($where)}"
    kill -0 "$app" 2>/dev/null || fail "the counter ended${where:+ ($where)}"
    sleep 0.05
  done
}
