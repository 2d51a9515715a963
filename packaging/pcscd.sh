# start_pcscd DIR (DIR/card is cardreader/vpcd/serve, built): a private PC/SC service with one virtual reader. Sets port, exports PCSCLITE_CSOCK_NAME, adds to pids.
# shellcheck shell=sh

start_pcscd() {
  lib=$(ls /usr/lib/pcsc/drivers/serial/libifdvpcd.so /usr/lib/*/pcsc/drivers/serial/libifdvpcd.so /usr/lib/*/libifdvpcd.so 2>/dev/null | head -n 1)
  [ -n "$lib" ] || lib=$(dpkg -L vsmartcard-vpcd 2>/dev/null | grep -E 'libifdvpcd\.so' | head -n 1)
  [ -n "$lib" ] || { echo "pcscd.sh: the vpcd driver is missing (Debian: vsmartcard-vpcd)" >&2; return 1; }
  port=$(free_port)
  cat > "$1/reader.conf" <<EOF
FRIENDLYNAME "Virtual PCD"
DEVICENAME   /dev/null:0x$(printf %x "$port")
LIBPATH      $lib
CHANNELID    0x$(printf %x "$port")
EOF
  PCSCLITE_CSOCK_NAME="$1/pcscd.sock"
  export PCSCLITE_CSOCK_NAME
  "$1/card" --pcscd "$1/reader.conf" --socket "$PCSCLITE_CSOCK_NAME" > "$1/pcscd.log" 2>&1 &
  pids="$pids $!"
  n=0
  until [ -S "$PCSCLITE_CSOCK_NAME" ]; do
    n=$((n + 1)); [ $n -lt 400 ] || { cat "$1/pcscd.log" >&2; return 1; }
    sleep 0.05
  done
}

# free_port prints a TCP port of the loopback that nobody listens on, with a free one after it.
free_port() {
  p=$((20000 + ($$ % 20000)))
  while ss -ltn 2>/dev/null | grep -qE ":($p|$((p + 1))) "; do p=$((p + 2)); done
  echo "$p"
}
