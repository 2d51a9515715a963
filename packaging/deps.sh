# Shared by run.sh and test.sh: finds root, the package manager and Go, and installs what is missing.
# shellcheck shell=sh

say() { printf '%s\n' "packaging: $*"; }
stop() { printf '%s\n' "packaging: $*" >&2; exit 1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null 2>&1; then sudo "$@"
  else stop "this step needs root or sudo once: $*"
  fi
}

# need_go wants Go 1.26 or newer on PATH.
need_go() {
  [ -x /usr/local/go/bin/go ] && PATH="$PATH:/usr/local/go/bin" && export PATH
  command -v go >/dev/null 2>&1 || stop "Go is not on PATH. Install Go 1.26 or newer from go.dev/dl (one archive, unpack to /usr/local), then run this again."
  v=$(go env GOVERSION | sed 's/^go//; s/[^0-9.].*$//')
  major=${v%%.*}; rest=${v#*.}; minor=${rest%%.*}
  if [ "$major" -lt 1 ] || { [ "$major" -eq 1 ] && [ "$minor" -lt 26 ]; }; then
    stop "Go $v is too old; this needs 1.26 or newer. Install it from go.dev/dl (one archive, unpack to /usr/local), then run this again."
  fi
  say "Go $v"
}

# install_missing MANAGER-LISTS: sets of package names for Debian, Fedora and openEuler/Kylin families.
install_deb() {
  missing=
  for p in "$@"; do
    dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $p"
  done
  [ -n "$missing" ] || { say "all packages are there"; return 0; }
  say "installing:$missing"
  # shellcheck disable=SC2086
  if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing; then
    as_root apt-get update -q
    # shellcheck disable=SC2086
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
  fi
}

install_rpm() {
  missing=
  for p in "$@"; do rpm -q "$p" >/dev/null 2>&1 || missing="$missing $p"; done
  [ -n "$missing" ] || { say "all packages are there"; return 0; }
  say "installing:$missing"
  # shellcheck disable=SC2086
  as_root dnf install -y $missing
}

family() {
  if command -v apt-get >/dev/null 2>&1; then echo deb
  elif command -v dnf >/dev/null 2>&1; then echo rpm
  else echo none
  fi
}
