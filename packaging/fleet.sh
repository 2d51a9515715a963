#!/bin/sh
# A counter set up without anybody at it: institution, bundle and gateway from nothing, then bangban-first-run with an answer
# file. What must not go on: a wrong fingerprint, a code that is used up, an answer file that lacks something.
#   sh packaging/fleet.sh [BANGBANCTL]
set -eu
cd "$(dirname "$0")/.."
. packaging/deps.sh
work=$(mktemp -d)
gateway=
cleanup() { [ -z "$gateway" ] || kill "$gateway" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"; }
trap cleanup EXIT
trap 'exit 1' INT TERM
fail() { echo "fleet: FAILED: $*" >&2; cat "$work/said" "$work/gateway.log" >&2 2>/dev/null || true; exit 1; }
json() { sed -nE "s/.*\"$1\":(\"([^\"]*)\"|([0-9a-z]+)).*/\2\3/p" | head -n 1; }
BANGBANCTL=${1:-}
if [ -z "$BANGBANCTL" ]; then
  need_go
  BANGBANCTL=$work/bangbanctl
  CGO_ENABLED=0 nice go build -p 2 -o "$BANGBANCTL" ./app/cmd/bangbanctl
fi
export BANGBANCTL
inst=$work/inst
echo "correct horse SPECIMEN" > "$work/pass"
"$BANGBANCTL" institution init --out "$inst" --name 'SPECIMEN hall' --iss https://specimen.example/id --passphrase - --json < "$work/pass" > /dev/null
"$BANGBANCTL" institution enrol "$inst" --station H12 --json > "$work/letter"
"$BANGBANCTL" institution enrol "$inst" --clerk 01 --json > "$work/letter-01"
"$BANGBANCTL" institution status "$inst" --to "$work/pub" --passphrase - < "$work/pass" > /dev/null
"$BANGBANCTL" inbox keys "$inst" --to "$inst" --host 127.0.0.1 --passphrase - < "$work/pass" > /dev/null
mkdir "$work/src"
cp -r "$work/pub" "$work/src/pub"
cat > "$work/src/bundle.json" <<'END'
{"valid": "35d", "published": "pub", "sinks": [{"kind": "folder"}],
 "purposes": [{"code": "ask", "title": {"zh-Hans": "查询", "en": "Ask"}, "allows": {"zh-Hans": "可以查询。", "en": "May ask."},
  "fields": ["full_name"], "binding": "document", "life": "24h", "max_uses": 1, "operations": ["query"], "recipients": ["bank"]}],
 "recipients": [{"id": "bank", "name": {"zh-Hans": "SPECIMEN 银行", "en": "SPECIMEN Bank"}}],
 "roster": [{"id": "01", "name": "SPECIMEN", "roles": ["clerk"]}],
 "policy": {"hotline": "12345", "hall": {"zh-Hans": "一号大厅", "en": "Hall one"}, "blank_after": "90s", "lock_after": "10m"}}
END
"$BANGBANCTL" bundle make --from "$work/src" --out "$work/draft" > /dev/null
"$BANGBANCTL" bundle sign "$work/draft" --key "$inst" --out "$work/bundle" --passphrase - < "$work/pass" > /dev/null
"$BANGBANCTL" inbox serve --enrol --listen 127.0.0.1:0 --operations - --store "lite:$work/inbox.db" --keys "$inst" --passphrase - --json < "$work/pass" > "$work/listening" 2> "$work/gateway.log" &
gateway=$!
n=0; until [ -s "$work/listening" ]; do n=$((n + 1)); [ $n -lt 600 ] || fail "no gateway"; kill -0 "$gateway" 2>/dev/null || fail "the gateway ended"; sleep 0.05; done
cat > "$work/answers" <<END
BUNDLE=$work/bundle
FINGERPRINT=$(json fingerprint < "$work/letter")
STATION=H12
CODE=$(json code < "$work/letter")
URL=https://$(json listening < "$work/listening")
END
run() { code=0; sh packaging/linux/bangban-first-run "$@" > "$work/said" 2>&1 || code=$?; }

grep -v '^CODE' "$work/answers" > "$work/short"
run "$work/short" "$work/data/none"; [ $code = 2 ] || fail "an answer file without a code: exit $code"
sed 's/^\(FINGERPRINT=\)\(.*\)\(.\)$/\1\3\2/' "$work/answers" > "$work/wrong"
run "$work/wrong" "$work/data/wrong"; [ $code = 1 ] || fail "a wrong fingerprint: exit $code"
"$BANGBANCTL" --data "$work/data/wrong" station show > /dev/null 2>&1 && fail "a wrong fingerprint made a counter"
run "$work/answers" "$work/data/h12"; [ $code = 0 ] || fail "the counter is not set up: exit $code"
"$BANGBANCTL" --data "$work/data/h12" station show --json > "$work/shown"
grep -q '"station":"H12"' "$work/shown" || fail "it is not H12"
run "$work/answers" "$work/data/h12"; [ $code = 0 ] || fail "again: exit $code"
grep -q 'is set up' "$work/said" || fail "again it did something"
run "$work/answers" "$work/data/second"; [ $code = 1 ] || fail "a code was used twice: exit $code"
say "H12 set up without anybody at it, $(json serials_left < "$work/shown") serials; a wrong fingerprint and a used code were refused"
