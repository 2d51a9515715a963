#!/bin/sh
# The packages in a clean Debian root, made by debootstrap:  sh packaging/bare.sh DEB-DIR [WORK-DIR]
#   bangban installs with what it depends on, opens under Xvfb, makes a training voucher by keyboard alone, is removed and
#   leaves only the data folder. bangban-server conflicts with it, installs, answers, takes parcels into PostgreSQL and is
#   removed and purged; its store stays.
#   bangban-*.rpm, where DEB-DIR holds it and rpm is here: its needs are met by the libraries of this root, each by its soname,
#   it is installed, makes the same voucher, and is erased. What a distribution of the family calls those packages is not tried.
# BANGBAN_BARE=counter, server or rpm tries one of them alone. WORK-DIR keeps the empty root for the next time. Wants root (chroot, mount).
set -eu
cd "$(dirname "$0")/.."
. packaging/deps.sh
. packaging/meta.sh
debs=$(cd "$1" && pwd)
[ "$(id -u)" = 0 ] || stop "this needs root: chroot and mount"
install_deb debootstrap
keep=${2:-}
work=${keep:-$(mktemp -d)}
mkdir -p "$work"
root=$work/root
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
fail() { echo "bare: FAILED: $*" >&2; exit 1; }
cleanup() {
  [ -z "${served:-}" ] || kill "$served" 2>/dev/null || true
  umount "$root/proc" 2>/dev/null || true
  rm -rf "$root"
  [ -n "$keep" ] || rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

if [ ! -f "$work/base.tar" ]; then
  say "making an empty $suite"
  nice debootstrap --variant=minbase "$suite" "$root" "${BANGBAN_MIRROR:-http://deb.debian.org/debian}" > "$work/debootstrap.log" 2>&1 ||
    fail "debootstrap: $(tail -n 3 "$work/debootstrap.log")"
  tar -C "$root" -cf "$work/base.tar" .
  rm -rf "$root"
fi
fresh() {
  umount "$root/proc" 2>/dev/null || true
  rm -rf "$root"
  mkdir -p "$root"
  tar -C "$root" -xf "$work/base.tar"
  # The network of this computer: names, certificates, where packages come from.
  cp /etc/resolv.conf "$root/etc/" 2>/dev/null || true
  mkdir -p "$root/etc/ssl/certs"
  cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/" 2>/dev/null || true
  rm -f "$root/etc/apt/sources.list"
  cp -r /etc/apt/sources.list* "$root/etc/apt/" 2>/dev/null || true
  for f in /etc/apt/apt.conf.d/*; do
    grep -q '^ *Acquire::' "$f" && ! grep -q 'swcatalog\|DEP-11' "$f" && cp "$f" "$root/etc/apt/apt.conf.d/"
  done
  mount -t proc proc "$root/proc"
  printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
  chmod 755 "$root/usr/sbin/policy-rc.d"
  mkdir "$root/debs"
  cp "$debs"/bangban*_"$app_version"_amd64.deb "$debs"/bangban*-"$app_version"-1.x86_64.rpm "$root/debs/" 2>/dev/null || true
  cp packaging/keyboard.sh "$root/debs/"
  in_root apt-get update -q > "$work/apt.log" 2>&1 || fail "apt-get update: $(tail -n 3 "$work/apt.log")"
}
in_root() { chroot "$root" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
get() { in_root apt-get install -y -q --no-install-recommends "$@" >> "$work/apt.log" 2>&1 || fail "apt-get install $*: $(tail -n 5 "$work/apt.log")"; }
# files: everything of the root that a package of ours could have written.
files() { (cd "$root" && find . -xdev \( -path ./proc -o -path ./tmp -o -path ./debs -o -path ./var/lib/dpkg -o -path ./var/lib/apt -o -path ./var/cache -o -path ./var/log \) -prune -o -print | sort); }
size() { in_root dpkg-query -W -f '${Installed-Size}' "$1"; }

# by_keyboard: a training voucher with the program that is installed, in the window, under Xvfb.
by_keyboard() {
  in_root sh -c '
    Xvfb -displayfd 3 -screen 0 2720x860x24 3> /tmp/display 2> /tmp/xvfb.log & x=$!
    n=0; until [ -s /tmp/display ]; do n=$((n + 1)); [ $n -lt 400 ] || exit 1; sleep 0.05; done
    mkdir -p /tmp/run && chmod 700 /tmp/run
    DISPLAY=:$(cat /tmp/display) XDG_RUNTIME_DIR=/tmp/run DBUS_SESSION_BUS_ADDRESS=unix:path=/tmp/no-bus FYNE_DISABLE_DPI_DETECTION=1 sh /debs/keyboard.sh /root/counter
    e=$?; kill $x; exit $e' || fail "no training voucher"
}
# nothing_left: what was there before ($work/before, with the programs installed) and nothing of ours, but data and papers.
nothing_left() {
  ls "$root/root/counter" | grep -q . || fail "the data folder is gone"
  files | grep -v '^\./root/counter\(-papers\)\?\(/\|$\)' > "$work/after"
  left=$(comm -13 "$work/before" "$work/after" | grep -v '^\./root/\.config\(/fyne.*\)\?$\|^\./root/\.cache' || true)
  [ -z "$left" ] || fail "left behind: $left"
  kept=$(comm -12 "$work/before" "$work/after" | grep -i bangban || true)
  [ -z "$kept" ] || fail "not removed: $kept"
}

counter() {
fresh
say "bangban: what it depends on comes with it"
before=$(in_root dpkg-query -W | wc -l)
get "/debs/bangban_${app_version}_amd64.deb"
say "bangban and $(( $(in_root dpkg-query -W | wc -l) - before - 1 )) packages that it needs; $(size bangban) KiB installed"
for program in bangban bangbanctl; do
  in_root ldd /usr/bin/$program | grep 'not found' && fail "$program lacks a library"
  [ "$(in_root $program --version | head -n 1)" = "$app_version" ] || fail "$program is not $app_version"
done
in_root getent group bangban > /dev/null || fail "no group for the readers"
get xvfb xdotool
files > "$work/before"
by_keyboard
in_root apt-get purge -y -q bangban >> "$work/apt.log" 2>&1 || fail "it cannot be removed"
nothing_left
say "removed; only the data folder and the papers are left"
}
server() {
fresh
say "bangban-server: with PostgreSQL"
get "/debs/bangban-server_${app_version}_amd64.deb"
say "bangban-server; $(size bangban-server) KiB installed"
in_root apt-get install -s -y --no-install-recommends "/debs/bangban_${app_version}_amd64.deb" 2>&1 | grep -q 'REMOVED\|^Remv bangban-server\|[Cc]onflicts' || fail "both can be installed side by side"
in_root getent passwd bangban-inbox > /dev/null || fail "no user for the service"
get postgresql openssl
in_root sh -c 'pg_ctlcluster $(ls /etc/postgresql) main start && su postgres -c "createuser bangban-inbox && createdb -O bangban-inbox bangban"' >> "$work/apt.log" 2>&1 || fail "no PostgreSQL: $(tail -n 3 "$work/apt.log")"
# A hall in training sends what it has by stick to the same inbox; the gateway's folder is the training institution's.
in_root sh -eu -c '
  cd /root
  bangbanctl --training --data t voucher issue --card --reader sim:emrtd --purpose housing-fund --recipient demo-bank --out out > /dev/null
  bangbanctl --training --data t queue export stick > /dev/null
  bangbanctl --training inbox keys t/institution --to /etc/bangban/inbox --host localhost > /dev/null
  chown -R bangban-inbox /etc/bangban/inbox
  chmod -R go= /etc/bangban/inbox' || fail "no gateway folder"
unit=$root/usr/lib/systemd/system/bangban-inbox.service
command=$(sed -n 's/^ExecStart=//p' "$unit")
# Not through in_root: a shell between would take the signal and leave the service.
chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 runuser -u bangban-inbox -- env BANGBAN_LISTEN=127.0.0.1:0 BANGBAN_OPERATIONS=127.0.0.1:0 \
  BANGBAN_MORE= 'BANGBAN_STORE=postgres:///bangban?host=/var/run/postgresql' sh -c "exec $command" > "$work/serve.log" 2>&1 &
served=$!
n=0; until grep -q '^operations' "$work/serve.log"; do n=$((n + 1)); [ $n -lt 2400 ] || fail "the service does not listen: $(cat "$work/serve.log")"; kill -0 $served || fail "the service ended: $(cat "$work/serve.log")"; sleep 0.05; done
in_root bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$0"; printf "GET /readyz HTTP/1.0\r\n\r\n" >&3; head -n 1 <&3' "$(sed -n 's/^operations.*://p' "$work/serve.log")" > "$work/ready"
grep -q ' 200 ' "$work/ready" || fail "not ready: $(cat "$work/ready")"
in_root sh -c 'echo "select count(*) from pg_stat_user_tables" | su postgres -c "psql -tAd bangban"' > "$work/tables"
[ "$(cat "$work/tables")" -gt 0 ] || fail "no tables in PostgreSQL"
kill "$served"
wait "$served" 2>/dev/null || true
served=
in_root sh -c 'pg_ctlcluster $(ls /etc/postgresql) main stop -m fast' >> "$work/apt.log" 2>&1 || true
in_root apt-get remove -y -q bangban-server >> "$work/apt.log" 2>&1 || fail "it cannot be removed"
in_root test -x /usr/bin/bangbanctl && fail "bangbanctl is still there"
[ -f "$root/etc/default/bangban-inbox" ] || fail "removal took the administrator's settings"
in_root apt-get purge -y -q bangban-server >> "$work/apt.log" 2>&1 || fail "it cannot be purged"
for gone in etc/default/bangban-inbox usr/lib/systemd/system/bangban-inbox.service usr/share/doc/bangban-server; do
  [ ! -e "$root/$gone" ] || fail "purged, and /$gone is there"
done
[ -f "$root/etc/bangban/inbox/gateway.key" ] || fail "purging took the gateway's keys"
say "bangban-server served, was removed and purged; its keys and its store are left"
}

# rpms: by rpm's own installer in the same root. Debian has no database of what provides what, so each need is looked for
# where the linker looks, and rpm is told not to ask.
rpms() {
command -v rpm > /dev/null 2>&1 || { say "no rpm here: the packages of that family are not tried"; return; }
[ -f "$debs/bangban-$app_version-1.x86_64.rpm" ] || { say "no rpm in $debs: not tried"; return; }
fresh
say "rpm: needs, installation, a voucher, erasing"
one="$root/debs/bangban-$app_version-1.x86_64.rpm"
unmet() {
  for need in $(rpm -qpR "$one" | grep '64bit' | tr -d ' '); do
    soname=${need%%(*}
    version=$(printf '%s' "$need" | sed -nE 's/^[^(]*\(([A-Z][^)]*)\).*/\1/p')
    path=$(in_root ldconfig -p | awk -v so="$soname" '$1 == so { print $NF; exit }')
    if [ -z "$path" ]; then echo "$soname"; continue; fi
    [ -z "$version" ] || in_root grep -aqF "$version" "$path" || echo "$need"
  done
}
[ "$(unmet | wc -l)" -gt 5 ] || fail "an empty root meets the needs of the window: they are not all named"
# shellcheck disable=SC2046
get $(dpkg-deb -f "$debs/bangban_${app_version}_amd64.deb" Depends | tr ',' '\n' | sed 's/(.*//; s/ //g')
[ -z "$(unmet)" ] || fail "unmet: $(unmet | tr '\n' ' ')"
get xvfb xdotool
rpm --root "$root" -i --nodeps "/debs/$(basename "$one")" > "$work/rpm.log" 2>&1 || rpm --root "$root" -i --nodeps "$one" >> "$work/rpm.log" 2>&1 || fail "rpm -i: $(tail -n 3 "$work/rpm.log")"
[ "$(in_root bangban --version | head -n 1)" = "$app_version" ] || fail "bangban is not $app_version"
in_root getent group bangban > /dev/null || fail "no group for the readers"
[ -z "$(rpm --root "$root" -V --nodeps bangban)" ] || fail "rpm -V: $(rpm --root "$root" -V --nodeps bangban)"
files > "$work/before"
by_keyboard
rpm --root "$root" -e bangban >> "$work/rpm.log" 2>&1 || fail "rpm -e: $(tail -n 3 "$work/rpm.log")"
nothing_left
if rpm --root "$root" -i --nodeps "$root/debs/bangban-server-$app_version-1.x86_64.rpm" >> "$work/rpm.log" 2>&1; then :; else fail "rpm -i of the server: $(tail -n 3 "$work/rpm.log")"; fi
in_root getent passwd bangban-inbox > /dev/null || fail "no user for the service"
rpm --root "$root" -i --nodeps "$one" >> "$work/rpm.log" 2>&1 && fail "both can be installed side by side"
grep -q 'conflicts' "$work/rpm.log" || fail "they do not conflict: $(tail -n 3 "$work/rpm.log")"
rpm --root "$root" -e bangban-server >> "$work/rpm.log" 2>&1 || fail "rpm -e of the server: $(tail -n 3 "$work/rpm.log")"
in_root test -x /usr/bin/bangbanctl && fail "bangbanctl is still there"
say "rpm: installed, used and erased; only the data folder and the papers are left"
}

for part in ${BANGBAN_BARE:-counter server rpms}; do
  case $part in counter) counter ;; server) server ;; rpm | rpms) rpms ;; *) stop "no such part: $part" ;; esac
done
