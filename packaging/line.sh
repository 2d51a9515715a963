#!/bin/sh
# The whole line through the real PC/SC service, step by step, on the command line:
#   card in a reader → read and proven → voucher → paper → code read from the page → judged by a foreign office →
#   parcel on a stick → opened by the back office → receipt → purged → journal verified
# It exits non-zero when any step fails or was skipped: each step looks for what the one before it left behind.
#   sh packaging/line.sh [KEEP-DIR]
set -eu
cd "$(dirname "$0")/.."
work=${1:-$(mktemp -d)}
mkdir -p "$work"
pids=""
cleanup() {
  for p in $pids; do kill "$p" 2>/dev/null || true; done
  [ -n "${KEEP:-}" ] || [ "$#" -gt 0 ] || true
}
trap cleanup EXIT INT TERM

steps=0
step() { steps=$((steps + 1)); printf '%s\n' "line $steps: $*"; }
fail() { printf '%s\n' "line: FAILED at step $steps: $*" >&2; exit 1; }
# json FIELD: the value of a field of one line of JSON on standard input.
json() { sed -nE "s/.*\"$1\":(\"([^\"]*)\"|([0-9a-z]+)).*/\2\3/p" | head -n 1; }
expect() { # expect CODE COMMAND…: runs it and wants this exit code
  want=$1; shift
  set +e; "$@"; got=$?; set -e
  [ "$got" = "$want" ] || fail "exit $got instead of $want: $*"
}

for tool in pcscd pdftoppm zbarimg; do
  command -v $tool >/dev/null 2>&1 || fail "$tool is missing: sh packaging/test.sh installs it"
done

step "build bangbanctl with PC/SC, and the card"
go build -p 2 -o "$work/bangbanctl" ./app/cmd/bangbanctl
go build -p 2 -o "$work/card" ./cardreader/vpcd/serve
ctl="$work/bangbanctl"
data="$work/station"
training="--training --data $data"

step "a PC/SC service of our own, with one virtual reader"
. packaging/pcscd.sh
start_pcscd "$work"
"$ctl" reader list | grep -q 'Virtual PCD' || fail "the service shows no reader"

step "the card is laid on the reader"
reader=$("$ctl" reader list | grep 'Virtual PCD' | head -n 1 | cut -f 1)
lay_card emrtd

step "card read: proven down to the training CSCA, equal to the specimen's truth"
mrz emrtd | "$ctl" $training card read --json --reader "$reader" --mrz - > "$work/card.json" || fail "card read: exit $?"
for c in sod-signature dg-hashes csca; do
  grep -q "\"name\":\"$c\",\"verdict\":\"passed\"" "$work/card.json" || fail "$c did not pass: $(cat "$work/card.json")"
done
grep -qF "\"subject\":$(truth emrtd)," "$work/card.json" || fail "the subject differs from the truth file"
printf 'line:   %s APDUs, %s ms\n' "$(json apdus < "$work/card.json")" "$(json ms < "$work/card.json")"

step "voucher issue from the card"
mrz emrtd | "$ctl" $training voucher issue --json --card --reader "$reader" --mrz - \
  --purpose housing-fund --recipient demo-bank --out "$work/out" > "$work/issue.json" || fail "voucher issue"
serial=$(json serial < "$work/issue.json")
pdf=$(json pdf < "$work/issue.json")
text=$(json text < "$work/issue.json")
[ -s "$pdf" ] && [ -s "$text" ] || fail "no paper"
[ "$("$ctl" $training voucher list --json | json state)" = handed-over ] || fail "the ledger does not say handed-over"

step "the code is read from the page at 300 dpi"
pdftoppm -r 300 -png "$pdf" "$work/page"
page=$(ls "$work"/page*.png | head -n 1)
zbarimg -q --raw "$page" > "$work/scanned.txt" || fail "zbarimg reads no code"
[ "$(tr -d '\n' < "$work/scanned.txt")" = "$(tr -d '\n' < "$text")" ] || fail "the page carries another code"

"$ctl" $training station show --json > "$work/show.json"
sed -nE 's/.*"institution":"([^"]*)".*/\1/p' "$work/show.json" | sed 's/\\n/\
/g' > "$work/institution.pem"
grep -q 'BEGIN CERTIFICATE' "$work/institution.pem" || fail "station show gives no institution.pem"

step "a foreign PDF reader that trusts the institution's root calls the signature valid, and the changed file not"
if command -v pdfsig >/dev/null 2>&1 && command -v certutil >/dev/null 2>&1; then
  mkdir -p "$work/nss"
  certutil -N -d "sql:$work/nss" --empty-password
  sed '/END CERTIFICATE/q' "$work/institution.pem" > "$work/root.pem"
  certutil -A -d "sql:$work/nss" -n root -t C,C,C -i "$work/root.pem"
  pdfsig -nssdir "sql:$work/nss" "$pdf" > "$work/pdfsig.txt" 2>&1 || fail "pdfsig: $(cat "$work/pdfsig.txt")"
  for words in 'Signature is Valid' 'Certificate is Trusted' 'Total document signed'; do
    grep -q "$words" "$work/pdfsig.txt" || fail "pdfsig does not say $words: $(cat "$work/pdfsig.txt")"
  done
  { head -c 600 "$pdf"; printf '\377'; tail -c +602 "$pdf"; } > "$work/changed.pdf"
  cmp -s "$pdf" "$work/changed.pdf" && fail "the change changed nothing"
  pdfsig -nssdir "sql:$work/nss" "$work/changed.pdf" > "$work/changed.txt" 2>&1 || true
  ! grep -q 'Signature is Valid' "$work/changed.txt" || fail "a changed file has a valid signature"
else
  printf '%s\n' "line:   pdfsig or certutil (libnss3-tools) is missing: the signature was not looked at from outside"
fi

step "a foreign office with nothing but institution.pem says Passed; without it Indeterminate"
foreign="--training --data $work/foreign"
third="--training --data $work/third"
expect 0 "$ctl" $foreign verify "$text" --trust "$work/institution.pem" --aud demo-bank --json > "$work/v0.json"
expect 0 "$ctl" $foreign verify "$page" --trust "$work/institution.pem" --aud demo-bank --json > "$work/v0p.json"
expect 4 "$ctl" $third verify "$text" --aud demo-bank --json > "$work/v4.json"
grep -q '"reason":"unknown-issuer"' "$work/v4.json" || fail "not for the issuer: $(cat "$work/v4.json")"

step "a real counter calls the training paper Failed"
expect 3 "$ctl" --data "$work/real" verify "$text" --trust "$work/institution.pem" --json > "$work/v3t.json"
grep -q '"reason":"training-paper"' "$work/v3t.json" || fail "$(cat "$work/v3t.json")"

step "expired and wrong audience are Failed, each with its own reason"
expect 3 "$ctl" $foreign verify "$text" --trust "$work/institution.pem" --aud demo-rail --json > "$work/v3a.json"
grep -q '"reason":"wrong-audience"' "$work/v3a.json" || fail "$(cat "$work/v3a.json")"
expect 3 "$ctl" $foreign verify "$text" --trust "$work/institution.pem" --at "$(date -u -d '+60 days' +%Y-%m-%dT%H:%M:%SZ)" --json > "$work/v3e.json"
grep -q '"reason":"expired"' "$work/v3e.json" || fail "$(cat "$work/v3e.json")"

step "one flipped character is never Passed"
flips=0
len=$(tr -d '\n' < "$text" | wc -c)
for at in 1 2 7 40 100 200 $((len / 2)) $((len - 40)) $((len - 1)); do
  awk -v at="$at" '{ c = substr($0, at, 1); n = (c == "A") ? "B" : "A"; print substr($0, 1, at - 1) n substr($0, at + 1) }' "$text" > "$work/flip.txt"
  cmp -s "$text" "$work/flip.txt" && fail "the flip at $at changed nothing"
  set +e; "$ctl" $foreign verify "$work/flip.txt" --trust "$work/institution.pem" --aud demo-bank --json > "$work/flip.json"; code=$?; set -e
  case $code in 3|4) flips=$((flips + 1));; *) fail "a flipped character at $at gave exit $code";; esac
done
[ "$flips" = 9 ] || fail "only $flips flips were tried"

step "a passport that fails proof: dg-hashes Failed, exit 3, and no voucher from it"
lift_card
lay_card emrtd-tampered
mrz emrtd-tampered > "$work/mrz"
expect 3 "$ctl" $training card read --json --reader "$reader" --mrz - < "$work/mrz" > "$work/bad.json"
grep -q '"name":"dg-hashes","verdict":"failed"' "$work/bad.json" || fail "$(cat "$work/bad.json")"
before=$("$ctl" $training voucher list --json | wc -l)
expect 1 "$ctl" $training voucher issue --json --card --reader "$reader" --mrz - --purpose housing-fund --recipient demo-bank --out "$work/out" < "$work/mrz" > "$work/bad-issue.json" 2> "$work/bad-issue.err"
[ "$("$ctl" $training voucher list --json | wc -l)" = "$before" ] || fail "a voucher came from a tampered passport"
lift_card

step "export to a stick"
"$ctl" $training queue stats --json > "$work/s0.json"
total=$(json total < "$work/s0.json")
[ "$total" -ge 2 ] || fail "too few parcels wait: $(cat "$work/s0.json")"
"$ctl" $training queue export "$work/stick" --json > "$work/export.json" || fail "queue export"
[ "$("$ctl" $training queue stats --json | json carried)" = "$total" ] || fail "not all are carried"

step "the back office opens the stick with its key"
"$ctl" $training inbox open "$work/stick" --json > "$work/inbox.json" || fail "inbox open"
grep -q "\"kind\":\"voucher\"" "$work/inbox.json" || fail "no voucher record"
grep -q "\"serial\":\"$serial\"" "$work/inbox.json" || fail "the record of $serial is not there"
ls "$work/stick/receipts/" | grep -q . || fail "no receipts"

step "receipts come back, parcels are purged"
"$ctl" $training queue receipts "$work/stick/receipts" --json > "$work/receipts.json" || fail "queue receipts: $(cat "$work/receipts.json")"
"$ctl" $training queue stats --json > "$work/s1.json"
[ "$(json purged < "$work/s1.json")" = "$total" ] || fail "not all are purged: $(cat "$work/s1.json")"

step "the journal verifies"
"$ctl" $training journal verify || fail "journal verify"

step "nothing of the person lies in the data folder; a planted control is found"
sh packaging/residue.sh "$data" "$work/stick" || fail "residue"

printf '%s\n' "line: $steps steps passed"
