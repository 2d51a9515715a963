#!/bin/sh
# The Windows installer under wine: silent installation, the programs, a training voucher by keyboard in the window, silent
# removal.  sh packaging/wine.sh SETUP.EXE
set -eu
cd "$(dirname "$0")/.."
. packaging/deps.sh
. packaging/meta.sh
setup=$(realpath "$1")
for tool in wine64 Xvfb xdotool x86_64-w64-mingw32-gcc; do command -v $tool > /dev/null 2>&1 || [ -x /usr/lib/wine/$tool ] || stop "$tool is missing: wine is not tried"; done
wine=$(command -v wine64 || echo /usr/lib/wine/wine64)
work=$(mktemp -d)
pids=
# Wine's server is ended by wine itself, for this folder alone.
cleanup() {
  WINEPREFIX=$work/prefix "$(dirname "$(readlink -f "$wine")")/wineserver64" -k 2>/dev/null || WINEPREFIX=$work/prefix wineserver -k 2>/dev/null || true
  for p in $pids; do kill "$p" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM
fail() { echo "wine: FAILED: $*" >&2; [ -n "${SHOT:-}" ] && import -window root "$SHOT"; tail -n 15 "$work/log" "$work/out" >&2 2>/dev/null; exit 1; }
export WINEPREFIX="$work/prefix" WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml=" HOME="$work/home" XDG_RUNTIME_DIR="$work" FYNE_DISABLE_DPI_DETECTION=1
mkdir -p "$work/home"
Xvfb -displayfd 3 -screen 0 2720x860x24 3> "$work/display" 2> "$work/xvfb.log" &
pids="$pids $!"
n=0; until [ -s "$work/display" ]; do n=$((n + 1)); [ $n -lt 400 ] || fail "Xvfb does not start"; sleep 0.05; done
DISPLAY=:$(cat "$work/display"); export DISPLAY
"$wine" wineboot -i > "$work/log" 2>&1 || fail "wine does not start"
x86_64-w64-mingw32-gcc -shared -o "$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll" packaging/windows/procprng.c -ladvapi32
"$wine" "$setup" /S '/DATA=C:\counter' >> "$work/log" 2>&1 || fail "the installer"
programs="$WINEPREFIX/drive_c/Program Files/$app_name"
for f in bangban.exe bangbanctl.exe uninstall.exe LICENSE.txt; do [ -f "$programs/$f" ] || fail "$f is not installed"; done
"$wine" reg query "HKLM\\Software\\$app_name" /v Data /reg:64 2>/dev/null | grep -q 'C:.counter' || fail "the data folder is not kept"
"$wine" reg query "HKLM\\SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\$app_name" /v EventMessageFile /reg:64 2>/dev/null | grep -q EventCreate || fail "the Event Log does not know the program"
say "installed silently, $(du -sk "$programs" | cut -f1) KiB"
[ "$("$wine" "$programs/bangbanctl.exe" --version 2>/dev/null | head -n 1 | tr -d '\r')" = "$app_version" ] || fail "bangbanctl.exe --version"
"$wine" "$programs/bangbanctl.exe" --training --data 'C:\ctl' voucher issue --card --reader sim:emrtd --purpose housing-fund --recipient demo-bank --out 'C:\paper' --json > "$work/issued" 2>> "$work/log" ||
  fail "bangbanctl.exe issues nothing: $(tail -n 3 "$work/log")"
for line in 'queue export C:\stick' 'inbox open C:\stick' 'queue receipts C:\stick\receipts' 'journal verify' 'institution status C:\ctl\institution --to C:\public'; do
  # shellcheck disable=SC2086
  "$wine" "$programs/bangbanctl.exe" --training --data 'C:\ctl' $line >> "$work/log" 2>&1 || fail "bangbanctl.exe $line"
done
paper=$(sed -n 's/.*"text":"\([^"]*\)".*/\1/p' "$work/issued" | sed 's/\\\\/\\/g')
code=0
"$wine" "$programs/bangbanctl.exe" --training verify "$paper" --trust 'C:\public\institution.pem' --aud demo-bank > "$work/verdict" 2>> "$work/log" || code=$?
[ "$code" = 0 ] || fail "the paper $paper is not passed: exit $code: $(cat "$work/verdict")"
"$wine" "$programs/bangbanctl.exe" --training --data 'C:\ctl' queue stats --json 2>> "$work/log" | grep -q '"waiting":0' || fail "something is still waiting"
say "bangbanctl.exe: card, voucher, paper, stick, back office, receipts, journal, and the paper checked; $(sed -n 's/.*"serial":"\([^"]*\)".*/\1/p' "$work/issued")"
"$wine" "$programs/bangban.exe" --training --data 'C:\counter' --lang zh-Hans --ready > "$work/out" 2>> "$work/log" &
app=$!
pids="$pids $app"
n=0; until grep -q '^ready' "$work/out"; do n=$((n + 1)); [ $n -lt 2400 ] || fail "the window does not open"; kill -0 "$app" 2>/dev/null || fail "the window ended"; sleep 0.05; done
clerk=
for w in $(xdotool search --onlyvisible --name '.'); do
  eval "$(xdotool getwindowgeometry --shell "$w")"
  [ "$WIDTH" -gt 1000 ] && [ "$WIDTH" -lt 2700 ] && [ "$WIDTH" != 1280 ] && clerk=$w
done
[ -n "$clerk" ] || fail "no clerk's window"
step() { tr -d '\r' < "$work/out" | grep '^step ' | tail -n 1 | cut -d' ' -f2; }
want() { n=0; until [ "$(step)" = "$1" ]; do n=$((n + 1)); [ $n -lt 1200 ] || fail "step $1 is not reached, it is at $(step)"; kill -0 "$app" 2>/dev/null || fail "the window ended"; sleep 0.05; done; }
# Without a window manager the X server's focus is not wine's own: a click on an empty place makes them one.
key() { sleep 1; xdotool windowfocus "$clerk"; xdotool mousemove --window "$clerk" 700 520 click 1; sleep 0.3; xdotool key --delay 80 "$@"; }
want locked; sleep 2; xdotool windowfocus "$clerk"; xdotool type --delay 80 246810; key Return
want ready; key F4
n=0
until [ "$(step)" = agree ]; do
  case $(step) in need-secret | compare | choose) key Return ;; trouble) fail "the specimen is not good" ;; esac
  n=$((n + 1)); [ $n -lt 60 ] || fail "the question is not reached, it is at $(step)"
  sleep 0.5
done
# until_past STEP KEY: a key that comes before the screen is drawn is not taken; on a busy computer it is pressed again.
until_past() { n=0; while [ "$(step)" = "$1" ]; do key "$2"; n=$((n + 1)); [ $n -lt 30 ] || fail "$2 does not lead on from $1"; sleep 2; done; }
until_past agree F10; want spoken
until_past spoken F10; want hand-over
until_past hand-over Return; want farewell
say "the window handed a training voucher over, by keyboard"
kill "$app" 2>/dev/null || true
"$wine" taskkill /f /im bangban.exe >> "$work/log" 2>&1 || true
"$wine" "$programs/uninstall.exe" /S >> "$work/log" 2>&1 || fail "removal"
n=0; while [ -e "$programs/uninstall.exe" ]; do n=$((n + 1)); [ $n -lt 600 ] || fail "the programs are still there"; sleep 0.1; done
"$wine" reg query "HKLM\\Software\\$app_name" /reg:64 > /dev/null 2>&1 && fail "the registry still names the programs"
[ ! -e "$programs/bangban.exe" ] || fail "bangban.exe is still there"
[ -d "$WINEPREFIX/drive_c/counter" ] || fail "the data folder is gone"
say "removed silently; the data folder is left"
