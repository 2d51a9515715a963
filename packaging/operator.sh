#!/bin/sh
# The operators' page (app/inbox/OPERATORS.md), command by command, on real servers:
#   PostgreSQL with TLS and a password → gateway folder → two gateways → enrolment over the network → NATS → a stolen counter
#   → keys rotated in the page's order, the holder's into a token → sticks, carried and brought by a neighbour → what people
#   ask → records handed on → a day moved away and back → a backup started → what to watch
#   sh packaging/operator.sh [KEEP-DIR]
set -eu
cd "$(dirname "$0")/.."
. packaging/deps.sh
. packaging/pcscd.sh
need_go
work=${1:-$(mktemp -d)}
mkdir -p "$work"
pids=
steps=0
cleanup() {
  for p in $pids; do kill "$p" 2> /dev/null || true; done
  [ -z "${cluster:-}" ] || as_pg "$bin/pg_ctl" -D "$cluster" -m immediate stop > /dev/null 2>&1 || true
  wait 2> /dev/null || true
  rm -rf "${cluster:-}" "${spare:-}"
  [ -n "${1:-}" ] || [ "$work" = "${keep:-}" ] || rm -rf "$work"
}
keep=${1:-}
trap 'cleanup "$keep"' EXIT
trap 'exit 1' INT TERM
step() { steps=$((steps + 1)); printf '%s\n' "operator $steps: $*"; }
fail() { printf '%s\n' "operator: FAILED at step $steps: $*" >&2; tail -n 5 "$work"/*.log >&2 2> /dev/null || true; exit 1; }
json() { sed -nE "s/.*\"$1\":(\"([^\"]*)\"|([0-9a-z]+)).*/\2\3/p" | head -n 1; }
refused() { # refused WORDS COMMAND…: it must fail and say so
  words=$1; shift
  if "$@" > "$work/out" 2>&1; then fail "was not refused: $*"; fi
  grep -q "$words" "$work/out" || fail "not refused for '$words': $(cat "$work/out")"
}
until_said() { n=0; until grep -q "$1" "$2" 2> /dev/null; do n=$((n + 1)); [ $n -lt 600 ] || fail "no '$1' in $2"; sleep 0.05; done; }
free_port() { perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport'; }
for tool in pcscd nats-server openssl curl psql softhsm2-util; do
  command -v $tool > /dev/null 2>&1 || fail "$tool is missing: sh packaging/test.sh installs it"
done
bin=$(ls -d /usr/lib/postgresql/*/bin 2> /dev/null | tail -n 1)
[ -n "$bin" ] || fail "no PostgreSQL here"
# PostgreSQL does not run as root.
as_pg() { if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi; }

step "build"
CGO_ENABLED=1 go build -p 2 -o "$work/bangbanctl" ./app/cmd/bangbanctl
go build -p 2 -o "$work/card" ./cardreader/vpcd/serve
ctl=$work/bangbanctl

step "PostgreSQL: a server with TLS, a user with a password, a database of its own"
cluster=$(mktemp -d /tmp/bangban-operator-XXXXXX)
[ "$(id -u)" != 0 ] || chown postgres "$cluster"
port=$(free_port)
echo SPECIMEN-superuser > "$cluster/word"
chmod 644 "$cluster/word"
as_pg "$bin/initdb" -D "$cluster/data" -A scram-sha-256 -U postgres --pwfile="$cluster/word" --no-sync > /dev/null
as_pg openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 7 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
  -keyout "$cluster/data/server.key" -out "$cluster/data/server.crt" 2> /dev/null
as_pg chmod 600 "$cluster/data/server.key"
cp "$cluster/data/server.crt" "$work/ca.crt"
start_pg() { as_pg "$bin/pg_ctl" -D "$cluster/data" -w -l "$cluster/log" -o "-p $port -c listen_addresses=localhost -c unix_socket_directories=$cluster -c ssl=on -c wal_level=replica" start > /dev/null || fail "$(cat "$cluster/log")"; }
start_pg
export PGPASSWORD=SPECIMEN-superuser
psql -q -h localhost -p "$port" -U postgres -c "CREATE ROLE bangban LOGIN PASSWORD 'SPECIMEN-word'" -c 'CREATE DATABASE bangban OWNER bangban' postgres
sql() { psql -qtA "postgres://postgres@localhost:$port/bangban" -c "$1"; }
PGPASSWORD=SPECIMEN-word
super() { PGPASSWORD=SPECIMEN-superuser sql "$1"; }
store="postgres://bangban@localhost:$port/bangban?sslmode=verify-full&sslrootcert=$work/ca.crt&pool_max_conns=6"

step "NATS with JetStream, flushed always where this server knows how (2.10)"
nats=$(free_port)
always="sync_interval: always"
case $(nats-server --version) in *v2.[0-9].*) always= ;; esac
cat > "$work/nats.conf" <<N
listen: "127.0.0.1:$nats"
jetstream { store_dir: "$work/nats" $always }
N
nats-server -c "$work/nats.conf" > "$work/nats.log" 2>&1 & pids="$pids $!"
until_said "Server is ready" "$work/nats.log"

step "the institution, letters, and the gateway's folder"
inst=$work/inst
echo "correct horse SPECIMEN" > "$work/pass"
pass() { "$ctl" "$@" --passphrase - < "$work/pass"; }
pass institution init --out "$inst" --name 'SPECIMEN hall' --iss https://specimen.example/id --json > /dev/null
for s in H12 H13; do "$ctl" institution enrol "$inst" --station $s --json > "$work/letter-$s"; done
"$ctl" institution enrol "$inst" --clerk 01 --json > "$work/letter-01"
pass institution status "$inst" --to "$work/pub" > /dev/null
pass inbox keys "$inst" --to "$work/gw" --host localhost > /dev/null
pass inbox keys "$inst" --to "$inst" --host localhost > /dev/null
for secret in root issuing-1 bundle-1 holder-1; do
  [ ! -e "$work/gw/$secret.key" ] || fail "$secret.key went to the gateway"
done

step "two gateways on one store, one that enrols"
one=$(free_port); ops1=$(free_port); two=$(free_port); ops2=$(free_port); inner=$(free_port)
serve() { # serve NAME PORT OPERATIONS KEYS ARGS…
  name=$1 at=$2 ops=$3 keys=$4; shift 4
  "$ctl" inbox serve --json --listen "127.0.0.1:$at" --operations "$ops" --store "$store" --keys "$keys" --passphrase - "$@" \
    < "$work/pass" > "$work/$name.out" 2> "$work/$name.log" &
  eval "pid_$name=$!"; pids="$pids $!"
  until_said listening "$work/$name.out"
}
end() { eval "kill \$pid_$1"; eval "wait \$pid_$1" 2> /dev/null || true; }
gateways() {
  serve one "$one" "127.0.0.1:$ops1" "$work/gw" --well-known "$work/pub" --nats "nats://127.0.0.1:$nats"
  serve two "$two" "127.0.0.1:$ops2" "$work/gw" --well-known "$work/pub" --nats "nats://127.0.0.1:$nats"
}
gateways
serve inner "$inner" - "$inst" --enrol
for o in $ops1 $ops2; do
  [ "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$o/readyz")" = 200 ] || fail "$o is not ready"
done
sed '/END CERTIFICATE/q' "$inst/institution.pem" > "$work/root.pem"
for name in $(cd "$work/pub" && find . -type f | sed 's,^\./,,'); do
  curl -sf --cacert "$work/root.pem" "https://localhost:$one/.well-known/$name" -o "$work/got" || fail "/.well-known/$name is not served"
  cmp -s "$work/got" "$work/pub/$name" || fail "/.well-known/$name differs"
done

step "a bundle that names the gateway; counters enrol over the inner network"
mkdir -p "$work/src"
cp assets/specimens/training-csca.der "$work/src/csca.der"
cat > "$work/src/bundle.json" <<B
{"valid": "35d", "published": "pub", "sinks": [{"kind": "https", "address": "https://localhost:$one"}],
 "purposes": [{"code": "ask", "title": {"zh-Hans": "查询", "en": "Ask"}, "allows": {"zh-Hans": "可以查询。", "en": "May ask."},
  "fields": ["full_name"], "binding": "document", "life": "24h", "max_uses": 1, "operations": ["query"], "recipients": ["bank"]}],
 "recipients": [{"id": "bank", "name": {"zh-Hans": "SPECIMEN 银行", "en": "SPECIMEN Bank"}}],
 "roster": [{"id": "01", "name": "SPECIMEN", "roles": ["clerk", "supervisor"]}],
 "lists": [{"kind": "csca", "name": "SPECIMEN CSCA", "file": "csca.der"}],
 "policy": {"hotline": "12345", "hall": {"zh-Hans": "一号大厅", "en": "Hall one"}, "blank_after": "90s", "lock_after": "10m"}}
B
bundle() { # bundle NAME: drafted, signed
  rm -rf "$work/src/pub"; cp -r "$work/pub" "$work/src/pub"
  "$ctl" bundle make --from "$work/src" --out "$work/draft-$1" > /dev/null
  pass bundle sign "$work/draft-$1" --key "$inst" --out "$work/bundle-$1" > /dev/null
}
bundle 1
for s in H12 H13; do
  json code < "$work/letter-$s" | "$ctl" station init --data "$work/$s" --bundle "$work/bundle-1" --station $s --code - \
    --fingerprint "$(json fingerprint < "$work/letter-$s")" --out "$work/request-$s" > /dev/null
  refused '404\|does not\|not enrol' "$ctl" --data "$work/$s" station enrol --url "https://localhost:$one"
  "$ctl" --data "$work/$s" station enrol --url "https://localhost:$inner" > /dev/null || fail "$s does not enrol"
done
end inner
{ json code < "$work/letter-01"; echo 135790; } | "$ctl" --data "$work/H12" clerk enrol 01 --code - --pin -

step "work at a counter, sent through the gateway"
start_pcscd "$work"
lay_card emrtd
ask() { # ask ARGS…: a request at H12, by a real card; prints what goes on the slip
  { echo 135790; mrz emrtd; } | "$ctl" --data "$work/H12" subject ask --card --mrz - --clerk 01 --clerk-pin - --json "$@" || fail "subject ask $*"
}
ask > "$work/slip"
ask --ask correct --text 'the birth date' > "$work/slip-2"
deliver() { "$ctl" --data "$work/H12" queue deliver --json > "$work/sent" || fail "queue deliver: $(cat "$work/sent")"; }
waits() { "$ctl" --data "$work/H12" queue stats --json | json waiting; }
stations() { "$ctl" inbox stations --to "$store" --json; }
deliver
stations > "$work/stations"
grep -q '"station":"H12".*"parcels":2' "$work/stations" || fail "two parcels are wanted: $(cat "$work/stations")"
curl -sf "http://127.0.0.1:$ops1/metrics" > "$work/metrics"
grep -q '^bangban_inbox_parcels_total{result="accepted"} 2' "$work/metrics" || fail "metrics: $(grep parcels_total "$work/metrics")"
n=0; until [ "$(super 'SELECT count(*) FROM outbox')" = 0 ]; do n=$((n + 1)); [ $n -lt 200 ] || fail "the outbox is not emptied"; sleep 0.05; done
published() { # by either gateway
  for o in $ops1 $ops2; do curl -sf "http://127.0.0.1:$o/metrics" | sed -n 's/^bangban_inbox_published_total{result="published"} //p'; done | awk '{ n += $1 } END { print n + 0 }'
}
n=0; until [ "$(published)" = 2 ]; do n=$((n + 1)); [ $n -lt 100 ] || fail "$(published) of 2 parcels were published"; sleep 0.05; done

step "a stolen counter: blocked, let in again without a restart"
echo '{"format": 1, "default": {}, "stations": {"H12": {"blocked": true}}}' > "$work/gw/rights.json"
ask --ask erase > /dev/null
n=0; until "$ctl" --data "$work/H12" queue deliver > "$work/out" 2>&1; [ $? != 0 ] && grep -qi 'block' "$work/out"; do n=$((n + 1)); [ $n -lt 60 ] || fail "not blocked: $(cat "$work/out")"; sleep 0.5; done
echo '{"format": 1, "default": {}, "stations": {"H13": {"kinds": ["voucher", "after"], "per_minute": 30}}}' > "$work/gw/rights.json"
n=0; until "$ctl" --data "$work/H12" queue deliver > "$work/out" 2>&1; do n=$((n + 1)); [ $n -lt 60 ] || fail "still blocked: $(cat "$work/out")"; sleep 0.5; done
pass institution status "$inst" --stolen H13 --to "$work/pub" --json > "$work/out"
grep -q '"keys":1' "$work/out" || fail "no key was taken back: $(cat "$work/out")"

step "what people asked is answered, sealed to their slip"
pass inbox open --store "$store" --keys "$inst" --json > "$work/records"
[ "$(grep -c '"kind":"subject-request"' "$work/records")" = 3 ] || fail "three requests are wanted: $(cat "$work/records")"
mkdir "$work/slips"
echo "We hold nothing of you but this request." > "$work/answer.txt"
pass inbox reply H12/1/1 --store "$store" --keys "$inst" --result done --text "$work/answer.txt" --stick "$work/slips" > /dev/null
deliver
number=$(json number < "$work/slip")
json code < "$work/slip" | "$ctl" --data "$work/H12" subject show "$number" --code - --given --json > "$work/shown" || fail "subject show"
grep -q 'nothing of you' "$work/shown" || fail "another answer: $(cat "$work/shown")"

step "keys rotated as the page says: receipt, issuing, holder, intake"
rekeyed() { # rekeyed NAME: folders anew, gateways restarted, what waits is sent
  pass inbox keys "$inst" --to "$work/gw" --host localhost > /dev/null
  end one; end two; gateways
  ask --text "$1" > /dev/null
  deliver
  [ "$(waits)" = 0 ] || fail "after $1: $(waits) wait"
}
import() { bundle "$1"; "$ctl" --data "$work/H12" bundle import "$work/bundle-$1" > /dev/null || fail "bundle $1"; }
pass institution rotate "$inst" receipt > /dev/null; import 2; rekeyed receipt
pass institution rotate "$inst" issuing > /dev/null; rekeyed issuing
pass institution rotate "$inst" holder > /dev/null; rekeyed holder; import 3; rekeyed holder-bundle
pass institution rotate "$inst" intake > /dev/null; rekeyed intake; import 4
pass inbox open --store "$store" --keys "$inst" --json > "$work/records"
[ "$(wc -l < "$work/records")" = 8 ] || fail "old keys must open old parcels: $(wc -l < "$work/records") records"

step "a token that holds the back-office key itself"
module=
for m in /usr/lib/softhsm/libsofthsm2.so /usr/lib64/pkcs11/libsofthsm2.so /usr/lib64/libsofthsm2.so; do [ ! -e $m ] || module=$m; done
mkdir "$work/tokens"
printf 'directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n' "$work/tokens" > "$work/softhsm2.conf"
SOFTHSM2_CONF=$work/softhsm2.conf
export SOFTHSM2_CONF
softhsm2-util --module "$module" --init-token --free --label OFFICE --pin 24682468 --so-pin 13579135 > /dev/null
{ cat "$work/pass"; echo 24682468; } | "$ctl" institution rotate "$inst" holder --suite DHKEM-P256 \
  --holders "pkcs11:token=OFFICE?module-path=$module" --token-pin - --passphrase - > /dev/null || fail "no key in the token"
rekeyed token; import 5; rekeyed token-bundle
"$ctl" --data "$work/H12" station show > /dev/null
pass inbox open --store "$store" --keys "$inst" --json > "$work/records" || fail "the token does not open"
[ "$(wc -l < "$work/records")" = 10 ] || fail "ten records are wanted"
mv "$work/tokens" "$work/away"; mkdir "$work/tokens"
pass inbox open --store "$store" --keys "$inst" --json > "$work/without" 2> "$work/out" || true
[ "$(wc -l < "$work/without")" -lt 10 ] || fail "without the token everything opens all the same"
rmdir "$work/tokens"; mv "$work/away" "$work/tokens"

step "sticks: written, brought by a neighbour, receipts taken back; and opened by the back office"
ask --text stick > /dev/null
mkdir "$work/stick" "$work/stick-2"
"$ctl" --data "$work/H12" queue export "$work/stick" > /dev/null
ls "$work/stick"/H12-1-*.bangban.age > /dev/null || fail "no file on the stick"
"$ctl" --data "$work/H13" bundle import "$work/bundle-5" > /dev/null
"$ctl" --data "$work/H13" queue carry "$work/stick" > "$work/out" || fail "carry: $(cat "$work/out")"
"$ctl" --data "$work/H12" queue receipts "$work/stick" --json > "$work/out"
[ "$(json purged < "$work/out")" = 1 ] || fail "one receipt is wanted: $(cat "$work/out")"
ask --text stick-2 > /dev/null
"$ctl" --data "$work/H12" queue export "$work/stick-2" > /dev/null
pass inbox open "$work/stick-2" --keys "$inst" --to "$work/hall" --json > "$work/out" || fail "inbox open DIR: $(cat "$work/out")"
deliver
[ "$("$ctl" --data "$work/H12" queue stats --json | json carried)" = 0 ] || fail "what was carried is not sent over the network"

step "records handed on: at least once, and again after a program that ended badly"
cat > "$work/take-in" <<'T'
#!/bin/sh
cat >> "$0.got"
[ ! -e "$0.bad" ]
T
chmod +x "$work/take-in"
: > "$work/take-in.bad"
open_on() { pass inbox open --store "$store" --keys "$inst" "$@"; }
if open_on --exec "$work/take-in" --mark "$work/handed.json" > /dev/null 2>&1; then fail "a program that ends badly is success"; fi
[ ! -e "$work/handed.json" ] || ! grep -q '"H12' "$work/handed.json" || fail "marked what was not handed on"
rm "$work/take-in.bad"; mv "$work/take-in.got" "$work/first"
open_on --exec "$work/take-in" --mark "$work/handed.json" > /dev/null || fail "exec"
cmp -s "$work/first" "$work/take-in.got" || fail "the second time others were handed on"
rm "$work/take-in.got"
open_on --exec "$work/take-in" --mark "$work/handed.json" > /dev/null
[ ! -s "$work/take-in.got" ] || fail "handed on once more"
mkdir "$work/hand"
open_on --hand "$work/hand" > /dev/null || fail "hand"
[ "$(find "$work/hand" -type f | wc -l)" = "$(wc -l < "$work/first")" ] || fail "one file a record is wanted"

step "a day moved away and back"
day=$(super "SELECT relname FROM pg_class WHERE relname LIKE 'piece_2%' AND relkind = 'r' LIMIT 1")
super "ALTER TABLE piece DETACH PARTITION $day" > /dev/null
as_pg env PGPASSWORD=SPECIMEN-superuser "$bin/pg_dump" -h localhost -p "$port" -U postgres -t "$day" bangban > "$work/day.sql"
super "DROP TABLE $day" > /dev/null
open_on --json > "$work/without" 2> "$work/out" || fail "open without the day: $(cat "$work/out")"
[ "$(wc -l < "$work/without")" = 0 ] || fail "what was moved away is still found"
grep -q '^12 parcels lie in days' "$work/out" || fail "nobody is told: $(cat "$work/out")"
if open_on --exec "$work/take-in" --mark "$work/other.json" > /dev/null 2>&1; then fail "what was not handed on is marked"; fi
pass institution status "$inst" --inbox "$store" --to "$work/pub" > /dev/null || fail "no lists can be published without the day"
"$ctl" --data "$work/H12" queue stats --json > /dev/null
PGPASSWORD=SPECIMEN-superuser psql -q -v ON_ERROR_STOP=1 "postgres://postgres@localhost:$port/bangban" -f "$work/day.sql" > /dev/null
d=$(echo "$day" | sed 's/piece_\(....\)\(..\)\(..\)/\1-\2-\3/')
super "ALTER TABLE piece ATTACH PARTITION $day FOR VALUES FROM ('$d') TO ('$(date -u -d "$d + 1 day" +%F)')" > /dev/null
open_on --json > "$work/without" || fail "after the day came back"
cmp -s "$work/without" "$work/first" || [ "$(wc -l < "$work/without")" = "$(wc -l < "$work/first")" ] || fail "not all came back"

step "the backup starts as a server of its own and has everything"
spare=$(mktemp -d /tmp/bangban-operator-XXXXXX)
[ "$(id -u)" != 0 ] || chown postgres "$spare"
as_pg env PGPASSWORD=SPECIMEN-superuser "$bin/pg_basebackup" -h localhost -p "$port" -U postgres -D "$spare/data" -X stream -c fast || fail "pg_basebackup"
held=$(super 'SELECT count(*) FROM parcel')
as_pg "$bin/pg_ctl" -D "$cluster/data" -m immediate stop > /dev/null
rm -rf "$cluster"; cluster=$spare; spare=
start_pg
[ "$(super 'SELECT count(*) FROM parcel')" = "$held" ] || fail "the backup lacks parcels"
ask --text restored > /dev/null
n=0; until "$ctl" --data "$work/H12" queue deliver > "$work/out" 2>&1; do n=$((n + 1)); [ $n -lt 60 ] || fail "nothing is taken after the restore: $(cat "$work/out")"; sleep 0.5; done
[ "$(waits)" = 0 ] || fail "$(waits) wait"

step "what to watch"
stations > "$work/stations"
grep -q '"station":"H12"' "$work/stations" || fail "H12 is not listed"
for sign in bangban_inbox_parcels_total bangban_inbox_requests_total bangban_inbox_batch_seconds_bucket bangban_inbox_batch_memory_bytes; do
  curl -sf "http://127.0.0.1:$ops1/metrics" | grep -q "^$sign" || fail "no $sign"
done
"$ctl" --data "$work/H12" journal verify > /dev/null || fail "journal verify"
kill -TERM "$pid_one"; wait "$pid_one" 2> /dev/null || fail "SIGTERM is not a clean end: $?"

printf '%s\n' "operator: $steps steps passed"
