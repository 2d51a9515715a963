#!/bin/sh
# The whole journey by keyboard in the real window, under Xvfb and through the real PC/SC service:
#   log in → card → its MRZ → proof → same person → purpose and recipient → the person's own Yes → paper → handed over →
#   queue → lock, and on the command line: parcel on a stick → back office → receipt → purged.
# Then what must not go on: a tampered passport, a card pulled early, the person's No, a spoken yes, the service off.
# Then the other journeys: a again in two keys, b on papers without a card, c a helper with a mandate, d a credential that is
# shown, f the end of the day; keys and the machine's time are counted.
# It looks for what each step leaves behind and exits non-zero where something is missing.
#   sh packaging/walk.sh [SHOTS-DIR]      screenshots of every step, in zh-Hans and en, at 100 and 200 %
# After each journey the memory of the running counter is searched for what the visit left (packaging/residue.sh --memory).
#   WALK=journeys sh packaging/walk.sh    only those other journeys;  BANGBAN=FILE: a program that is built already
#   MONITORS=2    on two monitors of Xorg instead of one wide screen of Xvfb: the person's window is where the program puts it
#   WORDS=none    wait at the end until the toolkit has forgotten the person's words, too (half a minute)
set -eu
cd "$(dirname "$0")/.."
. packaging/deps.sh
. packaging/display.sh
. packaging/pcscd.sh
begin_work
shots=${1:-$work/shots}
mkdir -p "$shots"
fail() {
  echo "walk: FAILED: $*" >&2
  import -window root "$shots/failed.png" 2>/dev/null || true
  tail -n 20 "$work/out" "$work/err" >&2 2>/dev/null || true
  [ -n "${KEEP_WALK:-}" ] && cp -r "$work" "$KEEP_WALK"
  exit 1
}
need_display pcscd python3


echo "walk: building"
if [ -n "${BANGBAN:-}" ]; then cp "$BANGBAN" "$work/bangban"; else go build -p 2 -tags x11,migrated_fynedo,no_emoji -o "$work/bangban" .; fi
go build -p 2 -o "$work/bangbanctl" ./app/cmd/bangbanctl
go build -p 2 -o "$work/card" ./cardreader/vpcd/serve

export BANGBAN_PLANTED=SPECIMEN-planted-in-memory
start_display
start_pcscd "$work" || fail "no PC/SC service"

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
key() { pressed=$((${pressed:-0} + $#)); sleep 0.3; xdotool windowfocus --sync "$clerk"; xdotool key --delay 60 "$@"; }
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
  : > "$work/err"
  open_counter "$work/bangban" --training --data "${data_dir:-$work/d}" --lang "$1" --scale "$2"
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
  [ "$where" != zh-Hans-1 ] || pictured portrait 64x120+300+220
  key Return
  case $(grep '^step ' "$work/out" | tail -n 1) in *agree) ;; *) want_choose_or_agree ;; esac
  want agree; shot 06-agree
  key Return; key space; sleep 0.2; want agree            # the clerk's keys are not the person's Yes
  touch_citizen $yes_at; want hand-over; shot 07-hand-over
  [ "$where" != zh-Hans-1 ] || pictured paper 120x200+260+180
  lift_card
  key Return; want farewell; shot 08-farewell
  key F9; shot 09-queue; key F9
  case $where in *-1) key_held ;; esac
  key F12; want locked; shot 10-locked
  case $where in *-1) key_gone ;; esac
  typed 246810; key Return; want farewell
  [ "$where" != zh-Hans-1 ] || { key Escape; want ready; forgotten emrtd; }
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

# forgotten SPECIMEN: nobody is served, and nothing of this card, a portrait or a paper is left in memory.
forgotten() { # the screens of rest are drawn and tidied up two seconds after a visit
  sleep 3
  if [ -s "$work/pixels" ]; then # and Fyne keeps what it drew of it twenty more
    sleep 24
    export PIXELS="$work/pixels"
  fi
  sh packaging/residue.sh --memory "$app" "$1" > "$work/memory" 2>&1 || { cat "$work/memory" >&2; fail "memory ($where, $1)"; }
  echo "walk: $where: $(tail -n 1 "$work/memory" | sed 's/^residue: //')"
}
# pictured NAME WxH+X+Y: the picture that the clerk's window shows there is in memory now, as it is drawn.
pictured() {
  settle
  eval "$(xdotool getwindowgeometry --shell "$clerk")"
  at=$2 size=${2%%+*}; at=${at#*+}
  : > "$work/shown"
  sh packaging/residue.sh --pixels "$1" "$size+$((X + ${at%+*}))+$((Y + ${at#*+}))" "$work/shown" || fail "$1"
  PIXELS="$work/shown" SEEN=1 sh packaging/residue.sh --memory "$app" > "$work/memory" 2>&1 || { cat "$work/memory" >&2; fail "$1 in memory"; }
  cat "$work/shown" >> "$work/pixels"
  echo "walk: $where: $(tail -n 1 "$work/memory" | sed 's/^residue: //')"
}
# key_held, key_gone: the voucher key is in memory while a clerk is logged in, and not when the counter is locked; asked of the
# start that makes the counter and its key, and of a later one.
key_held() {
  BANGBAN_VAULT="${data_dir:-$work/d}/keys/voucher.vault" BANGBAN_VAULT_PIN=246810 BANGBAN_SCALAR="$work/scalar" CGO_ENABLED=0 \
    go test -count=1 -tags ci -run '^TestScalarForResidue$' ./app/keys > "$work/memory" 2>&1 || { cat "$work/memory" >&2; fail "the voucher key"; }
  PIXELS= SCALAR="$work/scalar" SEEN=1 sh packaging/residue.sh --memory "$app" > "$work/memory" 2>&1 || { cat "$work/memory" >&2; fail "voucher key in memory"; }
  echo "walk: $where: $(tail -n 1 "$work/memory" | sed 's/^residue: //')"
}
key_gone() {
  sleep 3
  PIXELS= SCALAR="$work/scalar" sh packaging/residue.sh --memory "$app" > "$work/memory" 2>&1 || { cat "$work/memory" >&2; fail "voucher key in memory of a locked counter"; }
  echo "walk: $where: locked: $(sed -n 's/^residue: \(voucher key.*\)/\1/p' "$work/memory")"
}
# wordless SPECIMEN: nor are the person's words.
wordless() {
  n=0
  until STRINGS=none sh packaging/residue.sh --memory "$app" "$1" > "$work/memory" 2>&1; do
    n=$((n + 1)); [ $n -lt 20 ] || { cat "$work/memory" >&2; fail "words in memory ($1)"; }
    sleep 15
  done
  echo "walk: the toolkit holds no words of $1 after $((n * 15)) s at most"
}

# press KEY STEP: one key, and how long the machine takes to the step. took adds up in ms.
press() {
  key "$1"
  from=$(date +%s%N)
  want "$2"
  took=$((${took:-0} + ($(date +%s%N) - from) / 1000000))
}
# scans TEXT: what a scanner that types does.
scans() { sleep 0.3; xdotool windowfocus --sync "$clerk"; xdotool type --delay 4 "$1"; xdotool key --delay 0 Return; }
# scanned TEXT STEP: a computer that stands still for a sixth of a second cuts a scan in two, and is told so: once more then.
scanned() {
  for _ in 1 2 3; do
    scans "$1"
    n=0
    until [ "$(grep '^step ' "$work/out" | tail -n 1)" = "step $2" ]; do
      n=$((n + 1)); [ $n -lt 100 ] || continue 2
      sleep 0.05
    done
    return 0
  done
  want "$2"
}
begin() { pressed=0; took=0; }
counted() { echo "walk: journey $1: $pressed keys of the clerk, $took ms of the machine"; }
# tray N: the N-th specimen of the list is laid (Home, then down).
tray() {
  sleep 0.3; xdotool windowfocus --sync "$clerk"; xdotool key --delay 40 Home
  i=1; while [ $i -lt "$1" ]; do xdotool key --delay 40 Down; i=$((i + 1)); done
  key F4
}
lift() { sleep 0.2; xdotool windowfocus --sync "$clerk"; xdotool key shift+F4; }
yes() { from=$(date +%s%N); touch_citizen $yes_at; want "$1"; took=$((took + ($(date +%s%N) - from) / 1000000)); }

journeys() {
  where=journeys
  ctl="$work/bangbanctl --training --data $work/j"
  $ctl mandate give --reader sim:emrtd --helper sim:emrtd-wang --scope train-ticket --uses 2 --out "$work/m" > /dev/null || fail "no mandate"
  $ctl voucher issue --card --reader sim:emrtd --purpose housing-fund --recipient demo-bank --out "$work/v" > /dev/null || fail "no voucher"
  mandate=$(cat "$work"/m/*.txt); shown=$(cat "$work"/v/*.txt)
  data_dir=$work/j
  # The helper's card in the list of the window: those that name a person first, then by how many people carry one.
  wang_row=$(python3 - <<'PY'
import glob, json, os
kinds = "emrtd cnid sscard thaiid twnhi mykad beid rsid".split()
rows = []
for f in glob.glob("assets/specimens/*.json"):
    d, name = json.load(open(f)), os.path.basename(f)[:-5]
    at = kinds.index(d["kind"]) if d.get("kind") in kinds else 2 * len(kinds)
    rows.append((not d.get("truth"), at if name == d.get("kind") or at > 7 else len(kinds) + at, name))
print([r[2] for r in sorted(rows)].index("emrtd-wang") + 1)
PY
)
  start_counter zh-Hans 1
  login
  # a: the first visit chooses, the second is two keys.
  tray 1; want compare; key Return; want choose; key Return; want agree; yes hand-over; key Return; want farewell
  lift; key Escape; want ready; begin
  tray 1; want compare; begin
  press Return agree; yes hand-over; press Return farewell
  [ "$pressed" = 2 ] || fail "journey a took $pressed keys"
  counted a; lift; key Escape; want ready; forgotten emrtd
  # b: no card; two papers, a colleague's PIN.
  begin; press F2 evidence; shot 20-evidence
  for row in 1 6; do typed "$row"; sleep 0.4; key F3; done
  key Return; typed "SPECIMEN WU"; key Return; typed 19380504; key Tab; typed HK123456
  shot 21-evidence-full; press Return compare; press Return choose; press Return second
  typed 246810; press Return agree; shot 22-evidence-agree; yes hand-over; press Return farewell; counted b
  key Escape; want ready
  # c: a person gives a mandate: their card, the helper's card, the terms, the helper asked to step back, the person's own Yes.
  begin; tray 1; want compare; press Return agree; press F3 choose; press F4 helper-card; shot 33-helper-card
  lift; tray "$wang_row"; want helper-face; shot 34-helper-face; press Return helper-terms; key F3; shot 35-helper-terms
  press Return aside; shot 36-aside; press Return agree; shot 37-mandate-question
  yes hand-over; shot 38-mandate-papers; press Return farewell; counted "c, giving"
  lift; key Escape; want ready; forgotten emrtd; forgotten emrtd-wang
  # c: the helper alone: the mandate, the helper's card, a colleague, the helper's Yes.
  begin; press F3 grant-scan; shot 23-grant-scan; scanned "$mandate" grant-card; shot 24-grant-card
  tray "$wang_row"; want compare; press Return second; typed 246810; press Return agree; shot 25-grant-agree
  yes hand-over; shot 26-grant-paper; press Return farewell; counted c
  lift; key Escape; want ready; forgotten emrtd-wang
  # d: a paper is shown.
  begin; key F5; sleep 0.6; shot 27-show-ask; touch_citizen $yes_at; sleep 0.6; scans "$shown"; sleep 1; shot 28-verdict; key Escape; counted d; forgotten emrtd
  # f: the end of the day, by the supervisor.
  begin; sleep 0.4; key F10; sleep 1; shot 29-day; key Return; sleep 0.6; typed 246810; key Return; sleep 1.5; shot 30-review
  n=0; while [ $n -lt 12 ]; do typed a; sleep 0.5; n=$((n + 1)); done; shot 31-day-close; key Return; sleep 2; shot 32-day-done; counted f
  key Escape; sleep 0.3; key Escape
  [ "${WORDS:-}" != none ] || { wordless emrtd; wordless emrtd-wang; }
  stop_counter
  $ctl voucher list --json > "$work/rows"
  [ "$(grep -c '"state":"handed-over"' "$work/rows")" = 7 ] || fail "7 papers were handed over, the ledger says $(grep -c handed-over "$work/rows")"
  grep -q '"evidence"' "$work/rows" || fail "the voucher without a card has no flag"
  grep -q '"by-mandate"' "$work/rows" || fail "the voucher on a mandate has no flag"
  $ctl queue export "$work/jstick" > /dev/null; $ctl inbox open "$work/jstick" --json > "$work/jinbox" 2>/dev/null || fail "inbox open"
  [ "$(grep -c '"kind":"mandate"' "$work/jinbox")" = 2 ] || fail "two mandates are wanted at the back office"
  grep -q '"kind":"redeem"' "$work/jinbox" || fail "the use of the mandate did not reach the back office"
  $ctl journal verify > /dev/null || fail "journal"
  grep -q 'Error in Fyne call thread' "$work/err" && fail "a widget was touched from another thread"
  echo "walk: journeys a, b, c, d, f in the window"
}

if [ "${WALK:-}" = journeys ]; then journeys; exit 0; fi

journey zh-Hans 1
journey en 1
journey zh-Hans 2
journey en 2

where=branches
start_counter zh-Hans 1
login
present emrtd-tampered; key Return; want trouble; shot 11-tampered
key F10; want evidence; key Escape; want ready   # other papers, and back
grep -q '^step agree' "$work/out" && fail "a tampered passport reached the question"
lift_card

lay_card emrtd; want need-secret; settle; lift_card; typed "$(mrz emrtd | tr -d '|')"; key Return; shot 12-card-off
lay_card emrtd; want compare
key Return; want agree; touch_citizen $no_at; want not-today; shot 13-not-today
lift_card

lay_card bank-card; want trouble; shot 14-bank-card; lift_card; want ready

present emrtd-wang; key Return; want compare; key Return; want agree
key F10; want spoken; shot 15-spoken; key F10; want hand-over; shot 16-hand-over-spoken
key Return; want farewell; lift_card

key Escape; want ready
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
journeys
echo "walk: 5 vouchers, $(ls "$shots" | wc -l) screenshots"
