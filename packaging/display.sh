# A screen of one's own for the window under test, and what walks wait for. The caller has fail.
# shellcheck shell=sh

# begin_work: $work is a folder that is thrown away at the end; by then what $pids names is ended, and what hangs on
# descriptor 9 (packaging/pcscd.sh).
begin_work() {
  work=$(mktemp -d)
  pids=""
  trap end_work EXIT
  trap 'exit 1' INT TERM HUP PIPE
}
end_work() {
  exec 9>&- || true
  for p in $pids; do kill "$p" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}

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
  if [ "${MONITORS:-1}" -gt 1 ]; then start_monitors; else start_xvfb; fi
  openbox > "$work/openbox.log" 2>&1 &
  pids="$pids $!"
}

start_xvfb() {
  Xvfb -displayfd 3 -screen 0 2720x860x24 3> "$work/display" 2> "$work/xvfb.log" &
  pids="$pids $!"
  n=0; until [ -s "$work/display" ]; do n=$((n + 1)); [ $n -lt 400 ] || fail "Xvfb does not start"; sleep 0.05; done
  DISPLAY=:$(cat "$work/display"); export DISPLAY
}

# start_monitors: the dummy driver of Xorg has outputs that can be plugged in and out (xrandr), which Xvfb has not. DUMMY0 is
# the clerk's, 1366x768; DUMMY1 beside it the person's, 1280x800.
start_monitors() {
  for tool in Xorg xrandr; do command -v $tool > /dev/null 2>&1 || fail "$tool is missing: sh packaging/test.sh installs it"; done
  cat > "$work/xorg.conf" <<'XORG'
Section "ServerFlags"
  Option "AutoAddDevices" "false"
  Option "AutoAddGPU" "false"
EndSection
Section "Device"
  Identifier "card"
  Driver "dummy"
  VideoRam 65536
EndSection
Section "Monitor"
  Identifier "monitor"
  HorizSync 5-1000
  VertRefresh 5-200
  Modeline "1366x768" 85.25 1366 1440 1576 1784 768 771 781 798
EndSection
Section "Screen"
  Identifier "screen"
  Device "card"
  Monitor "monitor"
  DefaultDepth 24
  SubSection "Display"
    Depth 24
    Modes "1366x768"
    Virtual 4096 1600
  EndSubSection
EndSection
XORG
  (cd "$work" && exec Xorg -displayfd 3 -config xorg.conf -logfile "$work/xorg.log" -noreset -nolisten tcp -novtswitch -sharevts vt99 3> "$work/display" 2> "$work/xorg.err") &
  pids="$pids $!"
  n=0; until [ -s "$work/display" ]; do n=$((n + 1)); [ $n -lt 400 ] || fail "Xorg does not start: $(tail -n 1 "$work/xorg.err")"; sleep 0.05; done
  DISPLAY=:$(cat "$work/display"); export DISPLAY
  n=0; until xrandr > /dev/null 2>&1; do n=$((n + 1)); [ $n -lt 200 ] || fail "Xorg does not answer"; sleep 0.05; done
  xrandr --addmode DUMMY1 1280x800
  xrandr --output DUMMY1 --mode 1280x800 --pos 1366x0
}

# geometry WINDOW prints X Y WIDTH HEIGHT of what it fills.
geometry() { (eval "$(xdotool getwindowgeometry --shell "$1")"; echo "$X $Y $WIDTH $HEIGHT"); }
# want_at WINDOW "X Y WIDTH HEIGHT": waits until it lies there.
want_at() {
  n=0
  until [ "$(geometry "$1")" = "$2" ]; do
    n=$((n + 1)); [ $n -lt "${AT_MOST:-400}" ] || { echo "it lies at $(geometry "$1"), not at $2" >&2; return 1; }
    sleep 0.05
  done
}
# seen WINDOW: is it on the screen at all.
seen() { xdotool search --onlyvisible --pid "$app" --name '.' | grep -qx "$1"; }

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
  n=0; citizen=; clerk=
  until [ -n "$citizen" ] && [ -n "$clerk" ]; do # a window that is being placed may be gone between two looks
    n=$((n + 1)); [ $n -lt 100 ] || fail "two windows are wanted"
    for w in $(xdotool search --onlyvisible --pid "$app" --name '.' 2>/dev/null); do
      WIDTH=; eval "$(xdotool getwindowgeometry --shell "$w" 2>/dev/null)"
      case $WIDTH in 1280) citizen=$w ;; ?*) clerk=$w ;; esac
    done
    sleep 0.05
  done
  if [ "${MONITORS:-1}" -gt 1 ]; then # the program itself puts it there
    set -- "${PERSON_AT-1366 0 1280 800}"
    [ -z "$1" ] || want_at "$citizen" "$1" || fail "the person's screen is not on its monitor"
    return 0
  fi
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
