#!/bin/sh
# What the window weighs, beside a Fyne program that does nothing and, where it is installed, AusweisApp (Debian's
# ausweisapp2):  sh packaging/weight.sh
# One table: milliseconds to the first window that can be used (the middle of five starts after one that is thrown away), PSS
# and RSS ten seconds later, share of one core while nothing happens. The counter is weighed at the login, at rest, and after
# one visit and ten, made by keyboard alone on an X server of its own, when it has rested for as long as the toolkit keeps
# what it drew; everything is drawn by the processor. All of them start in an empty folder (in this one the toolkit would read
# FyneApp.toml and a large icon, which no installed program does), the counter with what its menu entry sets. It ends with the
# ratios. BANGBAN and BARE name programs that are built already; STARTS=1 and VISITS=3 make it short, VISITS=0 leaves the
# visits out.
set -eu
cd "$(dirname "$0")/.."
. packaging/deps.sh
. packaging/display.sh
need_go
begin_work
fail() { echo "weight: FAILED: $*" >&2; exit 1; }
need_display cc
cc -O2 -o "$work/winstart" packaging/winstart.c -lX11 || fail "winstart does not build: install libx11-dev"
if [ -n "${BANGBAN:-}" ]; then cp "$BANGBAN" "$work/bangban"; else go build -p 2 -tags x11,migrated_fynedo,no_emoji -o "$work/bangban" .; fi
if [ -n "${BARE:-}" ]; then cp "$BARE" "$work/bare"; else go build -p 2 -tags x11,migrated_fynedo -o "$work/bare" ./app/ui/testdata/bare; fi
peer=
for app in AusweisApp2 AusweisApp; do ! command -v $app > /dev/null 2>&1 || { peer=$app; break; }; done
[ -n "$peer" ] || say "AusweisApp is not weighed: apt-get install -y --no-install-recommends ausweisapp2"
start_display
menu=$(sed -n 's/^Exec=\(env .*\) bangban$/\1/p' packaging/linux/counter.desktop)
[ -n "$menu" ] || fail "the menu entry sets nothing"
cd "$work"
: > "$work/table"
row() { printf '%-26s %8s %8s %8s %8s\n' "$@" | tee -a "$work/table"; }

# starts NAME PROGRAM...: the middle of each figure, the first start thrown away.
starts() {
  name=$1
  shift
  : > "$work/runs"
  n=0
  while [ $n -le "${STARTS:-5}" ]; do
    n=$((n + 1))
    # A bare window that stays when it is told to end (Fyne's own, about once in 150) was weighed all the same.
    "$work/winstart" 10 "$@" >> "$work/runs" 2> "$work/why" || case $name in bare*) [ "$(wc -l < "$work/runs")" = $n ] ;; *) false ;; esac || { tail -n 40 "$work/data/log/diagnostic.log" >&2 2> /dev/null || true; fail "$name: $(cat "$work/why")"; }
    if [ -s "$work/why" ]; then echo "weight: $name: $(cat "$work/why")" >&2; grep 'does not end' "$work/data/log/diagnostic.log" >&2 || true; fi
    sleep 1
  done
  sed 1d "$work/runs" > "$work/five"
  row "$name" "$(middle 2)" "$(middle 3)" "$(middle 4)" "$(middle 5)"
}
middle() { cut -d' ' -f"$1" "$work/five" | sort -n | sed -n $(((${STARTS:-5} + 1) / 2))p; }

# weigh NAME: the running counter, undisturbed.
weigh() {
  sleep 30
  a=$(awk '{print $14+$15}' "/proc/$p/stat")
  sleep 10
  z=$(awk '{print $14+$15}' "/proc/$p/stat")
  row "$1" - "$(mb Pss)" "$(mb Rss)" "$(awk "BEGIN{print ($z-$a)/10}")"
}
mb() { awk -v key="^$1:" '$0 ~ key {printf "%.1f", $2/1024}' "/proc/$p/smaps_rollup"; }
step() { sed -n 's/^step //p' "$work/said" | tail -n 1; }
want() { n=0; until [ "$(step)" = "$1" ]; do n=$((n + 1)); [ $n -lt 1200 ] || fail "stuck at $(step), wanted $1"; sleep 0.05; done; }
key() { sleep 1; xdotool windowfocus "$clerk"; xdotool key --delay 60 "$@"; }
visit() {
  key F4
  n=0
  until [ "$(step)" = agree ]; do
    n=$((n + 1)); [ $n -lt 400 ] || fail "no question: $(step)"
    case $(step) in need-secret|compare|choose) key Return ;; *) sleep 0.3 ;; esac
  done
  key F10; want spoken; key F10; want hand-over; key Return; want farewell; key Return
  sleep 1; key shift+F4; want ready # the card is taken away
}

row program 'ms' 'PSS MB' 'RSS MB' '% core'
starts "bare Fyne" "$work/bare"
starts "bare, two windows" "$work/bare" -two
"$work/winstart" 5 "$work/bangban" --training --data "$work/data" > /dev/null || fail "the training counter is not made"
# shellcheck disable=SC2086
starts "bangban, login" $menu "$work/bangban" --training --data "$work/data"
[ -z "$peer" ] || starts "$peer" "$peer"
if [ "${VISITS:-10}" -gt 0 ]; then
  "$work/bangban" --training --data "$work/data" --lang zh-Hans --ready > "$work/said" 2> "$work/err" &
  p=$!
  pids="$pids $p"
  n=0; until grep -q '^ready' "$work/said"; do n=$((n + 1)); [ $n -lt 600 ] || fail "the counter does not start"; sleep 0.1; done
  clerk=
  for w in $(xdotool search --onlyvisible --pid $p --name '.'); do
    eval "$(xdotool getwindowgeometry --shell "$w")"
    [ "$WIDTH" = 1280 ] || clerk=$w
  done
  sleep 1; xdotool windowfocus "$clerk"; xdotool type --delay 80 246810; key Return; want ready
  weigh "bangban, ready"
  visit; weigh "bangban, 1 visit"
  n10=1; while [ $n10 -lt "${VISITS:-10}" ]; do visit; n10=$((n10 + 1)); done
  weigh "bangban, $n10 visits"
fi
printf '\n'
awk '/^AusweisApp/ {aus=$(NF-3); heavy=$(NF-2)}
  /^bare Fyne/ {ms=$(NF-3); pss=$(NF-2); cpu=$NF} /^bare, two/ {ms2=$(NF-3); pss2=$(NF-2)}
  /^bangban, login/ {printf "weight: first usable window %.2f times bare, %.2f times two windows\n", $(NF-3)/ms, $(NF-3)/ms2}
  /^bangban/ {printf "weight: %-20s PSS %.2f times bare, %.2f times two windows; idle %+.1f %% of a core beside bare\n", substr($0, 1, 20), $(NF-2)/pss, $(NF-2)/pss2, $NF-cpu}
  /^bangban/ {first = first ? first : $(NF-3); last=$(NF-2)}
  END {if (aus) printf "weight: beside AusweisApp: first usable window %.2f times, PSS at the end %.2f times\n", first/aus, last/heavy}' "$work/table"
