# A PC/SC service of one's own with one virtual reader, and specimens on it. cardreader/vpcd/serve does the work.
# shellcheck shell=sh

# start_pcscd DIR: DIR/card is serve, built. Exports PCSCLITE_CSOCK_NAME; adds to pids. Commands go to descriptor 9.
start_pcscd() {
  table=$1
  rm -f "$table/commands" "$table/answers"
  mkfifo "$table/commands"
  "$table/card" --pcscd "$table" --commands < "$table/commands" > "$table/answers" 2> "$table/pcscd.log" &
  table_pid=$!
  pids="$pids $table_pid"
  exec 9> "$table/commands"
  answer "socket " || { cat "$table/pcscd.log" >&2; return 1; }
  PCSCLITE_CSOCK_NAME=$(sed -n 's/^socket //p' "$table/answers" | head -n 1)
  export PCSCLITE_CSOCK_NAME
}

# answer WORD [COUNT]: waits until the table has said WORD COUNT times (once).
answer() {
  waited=0
  until [ "$(grep -c "^$1" "$table/answers" 2>/dev/null || true)" -ge "${2:-1}" ]; do
    waited=$((waited + 1))
    [ $waited -lt 400 ] || { echo "pcscd.sh: no '$1' from the table" >&2; return 1; }
    kill -0 "$table_pid" 2>/dev/null || { echo "pcscd.sh: the table ended: $(cat "$table/pcscd.log")" >&2; return 1; }
    sleep 0.05
  done
}

# lay_card SPECIMEN, lift_card: what a hand does.
lay_card() { laid=$((${laid:-0} + 1)); echo "insert $1" >&9; answer ready "$laid"; }
lift_card() { lifted=$((${lifted:-0} + 1)); echo remove >&9; answer removed "$lifted"; }

# mrz SPECIMEN, truth SPECIMEN: what stands on it, what a reader must make of it.
mrz() { "$table/card" --print mrz --specimen "$1"; }
truth() { "$table/card" --print truth --specimen "$1"; }
