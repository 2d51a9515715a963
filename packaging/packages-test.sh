#!/bin/sh
# Everything about packages, policies and documents:  sh packaging/packages-test.sh [OUTDIR]
# Long: it builds the packages, tries them in an empty root, builds twice and compares. With BANGBAN_WINDOWS=1 also the
# Windows installer, and under wine where there is one; with BANGBAN_ARM64=1 also the packages for arm64, whose command line is run
# by qemu-user-static where there is one.
set -eu
cd "$(dirname "$0")/.."
. packaging/deps.sh
. packaging/meta.sh
need_go
[ "$(family)" = deb ] && install_deb ca-certificates desktop-file-utils appstream lintian man-db debootstrap systemd dpkg-dev python3-cryptography nodejs curl rpm binutils
out=${1:-$(mktemp -d)}
mkdir -p "$out"
x=$(mktemp -d)
trap 'rm -rf "$x"' EXIT
fail() { echo "packages-test: FAILED: $*" >&2; exit 1; }

say "policies: licences, metadata, secrets, guides, threat model"
sh packaging/third-party.sh
BANGBAN_RELEASE=1 CGO_ENABLED=0 go test -count=1 -tags ci,migrated_fynedo ./app/cmd/
sh packaging/lint.sh

say "packages"
began=$(date +%s)
sh packaging/deb.sh "$out"
built=$(( $(date +%s) - began ))
for name in bangban bangban-server; do
  deb=$out/${name}_${app_version}_$(dpkg --print-architecture).deb
  rm -rf "$x/$name"
  dpkg-deb -x "$deb" "$x/$name"
done
lintian --fail-on error "$out"/bangban*_"$app_version"_*.deb || fail "lintian"
desktop-file-validate "$x/bangban/usr/share/applications/$app_id.desktop" || fail "the desktop entry"
appstreamcli validate --no-net "$x/bangban/usr/share/metainfo/$app_id.metainfo.xml" || fail "the AppStream metadata"
for page in "$x"/bangban/usr/share/man/man1/*.gz; do
  [ -z "$(man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 > /dev/null)" ] || fail "$(basename "$page") has mistakes"
done
for shell in bash zsh fish; do
  command -v $shell > /dev/null 2>&1 || continue
  f=$(ls "$x"/bangban/usr/share/bash-completion/completions/bangbanctl)
  [ $shell = zsh ] && f=$x/bangban/usr/share/zsh/vendor-completions/_bangbanctl
  [ $shell = fish ] && f=$x/bangban/usr/share/fish/vendor_completions.d/bangbanctl.fish
  $shell -n "$f" || fail "the completion for $shell"
done
if command -v systemd-analyze > /dev/null 2>&1; then
  level=$(systemd-analyze security --offline=true --profile= "$x/bangban-server/usr/lib/systemd/system/bangban-inbox.service" 2>/dev/null | tail -n 1 | grep -oE '[0-9]+\.[0-9]' || echo 0.0)
  say "exposure of the inbox service by systemd-analyze: $level of 10"
  case $level in [0-2].*) ;; *) fail "the service is less hardened than it was: $level" ;; esac
fi

say "bill of materials against the programs"
for pair in bangban/bangban bangban/bangbanctl bangban-server/bangbanctl; do
  package=${pair%%/*}
  program=$x/$package/usr/bin/${pair##*/}
  sbom=$x/$package/usr/share/doc/$package/sbom-${pair##*/}.cdx.json.gz
  go version -m "$program" | awk -F'\t' '$2 == "dep" { p = $3; v = $4; print p, v } $2 == "=>" { print "=" }' | sort -u | grep -v '^=$' > "$x/held"
  zcat "$sbom" | python3 -c 'import json,sys
d = json.load(sys.stdin)
assert d["bomFormat"] == "CycloneDX" and d["specVersion"] == "1.5"
for c in d["components"]: assert c["purl"] == "pkg:golang/%s@%s" % (c["name"], c["version"]); print(c["name"], c["version"])' | sort -u > "$x/listed"
  [ "$(wc -l < "$x/held")" -gt 20 ] || fail "too few modules in $program"
  cmp "$x/held" "$x/listed" || fail "the bill of materials of $program: $(diff "$x/held" "$x/listed" | head -n 5)"
  # It can fail: a list that lacks the last module.
  sed '$d' "$x/listed" > "$x/less"
  cmp -s "$x/held" "$x/less" && fail "a list that lacks a module was not seen"
  say "$(wc -l < "$x/held") modules of $pair, all listed"
  "$program" --version | grep -q "^commit [0-9a-f]\{40\}" || fail "$program does not know its commit"
done

say "the same as rpm"
sh packaging/rpm.sh "$out"

say "a counter set up from an answer file"
sh packaging/fleet.sh "$x/bangban-server/usr/bin/bangbanctl"

say "the README to the letter"
sh packaging/readme.sh "$x/bangban-server/usr/bin/bangbanctl"

if [ "$(id -u)" = 0 ]; then sh packaging/bare.sh "$out"; else say "no root: the packages are not tried in an empty root"; fi
sh packaging/reproduce.sh
if [ -n "${BANGBAN_WINDOWS:-}" ]; then
  sh packaging/windows.sh "$out"
  if command -v wine64 > /dev/null 2>&1 || [ -x /usr/lib/wine/wine64 ]; then sh packaging/wine.sh "$out/bangban-$app_version-setup.exe"; else say "no wine here: the installer is not tried"; fi
fi
if [ -n "${BANGBAN_ARM64:-}" ]; then
  sh packaging/deb.sh "$out" arm64
  sh packaging/arm64.sh "$out"
fi
say "packages in $built s: $(cd "$out" && ls -l bangban* | awk '{printf "%s %.1f MB  ", $NF, $5 / 1000000}')"
