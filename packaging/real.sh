#!/bin/sh
# A real counter from nothing, with our two programs alone and on keys that nobody else has:
#   institution → letters → bundle → counter → request → answer → clerks by letter → the real window: PIN, a card whose
#   issuer the bundle trusts, its MRZ, the same person, the question, the person's own Yes → a signed voucher → parcels
#   on a stick → the back office with ONE of its two keys → judged elsewhere by institution.pem → receipts → purged →
#   bundle exchanged, returned, key renewed → journal whole.
# There is no printer here, so the paper does not come out, and the window must say so. It exits non-zero where a step
# leaves nothing behind.
#   sh packaging/real.sh [SHOTS-DIR]
set -eu
cd "$(dirname "$0")/.."
. packaging/deps.sh
. packaging/display.sh
begin_work
shots=${1:-$work/shots}
mkdir -p "$shots" "$work/xdg" "$work/home/.config"
chmod 700 "$work/xdg"
steps=0
step() { steps=$((steps + 1)); printf '%s\n' "real $steps: $*"; }
fail() {
  echo "real: FAILED at step $steps: $*" >&2
  import -window root "$shots/failed.png" 2>/dev/null || true
  tail -n 20 "$work/out" "$work/err" >&2 2>/dev/null || true
  exit 1
}
refused() { # refused WORDS COMMAND…: exit 1 and this sentence
  words=$1; shift
  if "$@" > /dev/null 2> "$work/said"; then fail "was not refused: $*"; fi
  grep -q "$words" "$work/said" || fail "said $(cat "$work/said") instead of $words"
}
# json FIELD: the value of a field of one line of JSON on standard input.
json() { sed -nE "s/.*\"$1\":(\"([^\"]*)\"|([0-9a-z]+)).*/\2\3/p" | head -n 1; }

step "build"
go build -p 2 -tags x11,migrated_fynedo,no_emoji -o "$work/bangban" .
go build -p 2 -o "$work/bangbanctl" ./app/cmd/bangbanctl
go build -p 2 -o "$work/card" ./cardreader/vpcd/serve
ctl="$work/bangbanctl"
inst="$work/laptop/inst"
mkdir -p "$work/laptop/src"

step "the institution, on a computer of its own"
echo "correct horse SPECIMEN" > "$work/pass"
"$ctl" institution init --out "$inst" --name 'SPECIMEN 政务服务中心' --iss https://specimen.example/id --passphrase - --json < "$work/pass" > "$work/init.json"
for k in root issuing-1 bundle-1 receipt-1 holder-1 holder-2; do
  grep -q 'WRAPPED PRIVATE KEY' "$inst/$k.key" || fail "$k.key is not wrapped"
done
"$ctl" institution enrol "$inst" --station H12 --json > "$work/letter.json"
"$ctl" institution enrol "$inst" --clerk 01 --json > "$work/l01.json"
"$ctl" institution enrol "$inst" --clerk 02 --json > "$work/l02.json"
"$ctl" institution status "$inst" --to "$work/laptop/src/pub" --passphrase - < "$work/pass" > /dev/null
cp assets/specimens/training-csca.der "$work/laptop/src/csca.der"
cat > "$work/laptop/src/bundle.json" <<'J'
{
 "valid": "35d",
 "purposes": [{"code": "housing-fund", "title": {"zh-Hans": "查询住房公积金", "en": "Ask about the housing fund"},
  "allows": {"zh-Hans": "拿着这张纸和本人证件，可以查询本人的住房公积金。", "en": "With this paper and your own document you can ask about your housing fund."},
  "fields": ["full_name", "birth_date"], "binding": "document", "life": "72h", "max_uses": 1, "operations": ["query"], "recipients": ["bank"]}],
 "recipients": [{"id": "bank", "name": {"zh-Hans": "SPECIMEN 银行", "en": "SPECIMEN Bank"}}],
 "roster": [{"id": "01", "name": "SPECIMEN 甲", "roles": ["clerk"]}, {"id": "02", "name": "SPECIMEN 乙", "roles": ["supervisor"]}],
 "policy": {"hotline": "12345", "hall": {"zh-Hans": "一号大厅", "en": "Hall one"}, "blank_after": "90s", "lock_after": "10m",
  "max_list_age": {"status": "31d", "delegations": "31d"}},
 "lists": [{"kind": "csca", "name": "SPECIMEN CSCA", "file": "csca.der"}],
 "published": "pub",
 "sinks": [{"kind": "folder"}]
}
J

step "two bundles, drafted anywhere, signed where the key is"
for n in 1 2; do
  "$ctl" bundle make --from "$work/laptop/src" --out "$work/draft-$n" > /dev/null
  "$ctl" bundle sign "$work/draft-$n" --key "$inst" --out "$work/bundle-$n" --passphrase - < "$work/pass" > /dev/null
done

step "the counter: fingerprint and code from the letter, request, answer"
json code < "$work/letter.json" > "$work/code"
"$ctl" station init --data "$work/real" --bundle "$work/bundle-1" --fingerprint "$(json fingerprint < "$work/letter.json")" \
  --station H12 --code - --out "$work/request" < "$work/code" > /dev/null
refused "awaits the institution" "$work/bangban" --data "$work/real" --lang en
"$ctl" institution delegate "$inst" --csr "$work/request" --count 50 --passphrase - --out "$work/answer" < "$work/pass"
"$ctl" --data "$work/real" station import "$work/answer"

step "clerk and supervisor set their PINs by letter"
{ json code < "$work/l01.json"; echo 135790; } | "$ctl" --data "$work/real" clerk enrol 01 --code - --pin -
{ json code < "$work/l02.json"; echo 246802; } | "$ctl" --data "$work/real" clerk enrol 02 --code - --pin -

step "the real window: PIN, card, MRZ, question, the person's own Yes"
need_display pcscd
start_display
. packaging/pcscd.sh
start_pcscd "$work" || fail "no PC/SC service"
open_counter "$work/bangban" --data "$work/real" --bundle "$work/bundle-1" --lang zh-Hans
shot() { sleep 0.4; import -silent -window root "$shots/$1.png"; }
key() { sleep 0.3; xdotool windowfocus --sync "$clerk"; xdotool key --delay 60 "$@"; }
typed() { xdotool windowfocus --sync "$clerk"; xdotool type --delay 130 "$1"; }
want locked; shot 1-login
typed 135790; key Return; want ready
lay_card emrtd; want need-secret; sleep 0.5; typed "$(mrz emrtd | tr -d '|')"; key Return; want compare; shot 2-compare
key Return; want choose; shot 3-choose; key Return; want agree; shot 4-agree
sleep 0.3
eval "$(xdotool getwindowgeometry --shell "$citizen")"
xdotool mousemove "$((X + 880))" "$((Y + 690))" click 1
want print-fault; shot 5-no-printer
kill -TERM "$app"; wait "$app" || fail "the counter ended with an error"
unset DISPLAY

step "parcels on a stick, opened with the second of two back-office keys"
cp -r "$inst" "$work/gateway"
rm "$work/gateway/holder-1.key"
"$ctl" --data "$work/real" queue export "$work/stick" > /dev/null
"$ctl" inbox open "$work/stick" --keys "$work/gateway" --to "$work/received" --passphrase - < "$work/pass" > "$work/records" 2> "$work/said" || fail "inbox open: $(cat "$work/said")"
grep -q '"kind":"voucher","serial":"H12-000001"' "$work/records" || fail "no voucher at the back office"
grep -q '"answer":"yes"' "$work/records" || fail "the person's own Yes is not in the record"

step "judged on another computer, which has nothing but institution.pem"
"$ctl" institution status "$inst" --to "$work/pub" --passphrase - < "$work/pass" > /dev/null
grep '"kind":"voucher"' "$work/records" | json cose | base64 -d > "$work/voucher.cose"
judge() { "$ctl" --data "$work/elsewhere" verify "$work/voucher.cose" --trust "$work/pub/institution.pem" --aud "$1" --json > "$work/verdict" || return $?; }
judge bank || [ $? = 4 ] || fail "$(cat "$work/verdict")"
grep -q '"name":"signature","verdict":"passed"' "$work/verdict" || fail "the signature was not judged: $(cat "$work/verdict")"
got=0; judge somebody-else || got=$?
[ "$got" = 3 ] || fail "for somebody else: exit $got"

step "receipts, purged"
"$ctl" --data "$work/real" queue receipts "$work/stick/receipts" > /dev/null
"$ctl" --data "$work/real" queue stats --json | grep -q '"waiting":0' || fail "something is still waiting"

step "a newer bundle, back on the supervisor's word, a fresh voucher key"
refused "in force already" "$ctl" --data "$work/real" bundle import "$work/bundle-1"
"$ctl" --data "$work/real" bundle import "$work/bundle-2" > /dev/null
refused "older than the one in force" "$ctl" --data "$work/real" bundle import "$work/bundle-1"
echo 246802 | "$ctl" --data "$work/real" bundle return --clerk 02 --pin - > /dev/null
echo 246802 | "$ctl" --data "$work/real" station rotate --clerk 02 --pin - --out "$work/request-2" > /dev/null
"$ctl" institution delegate "$inst" --csr "$work/request-2" --count 50 --passphrase - --out "$work/answer-2" < "$work/pass"
"$ctl" --data "$work/real" station import "$work/answer-2" > /dev/null
"$ctl" --data "$work/real" station show --json | grep -q '"block":"51-100"' || fail "the second block is not in use"

step "journal"
"$ctl" --data "$work/real" journal verify --json > "$work/journal" || fail "journal"
grep -q '"bundle":3' "$work/journal" || fail "three changes of bundle are wanted: $(cat "$work/journal")"
for p in "$work/real/institution" "$work/real-papers"; do [ ! -e "$p" ] || fail "$p is there"; done
echo "real: done, $steps steps"
