#!/bin/sh
# Builds the command line without C twice, in two folders and with two caches, and compares:  sh packaging/reproduce.sh [COMMIT]
# Whoever holds the commit and the same Go makes the same bytes. Both builds are of the commit, not of files that differ from it.
set -eu
cd "$(dirname "$0")/.."
. packaging/deps.sh
need_go
commit=$(git rev-parse "${1:-HEAD}")
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
modules=$(go env GOMODCACHE)
build() { # NAME FOLDER
  git clone -q --no-checkout . "$2"
  git -C "$2" -c advice.detachedHead=false checkout -q "$commit"
  (cd "$2" && GOCACHE="$work/cache-$1" GOMODCACHE="$modules" GOFLAGS='' GOWORK=off CGO_ENABLED=0 GOOS=linux GOARCH=amd64 \
    nice go build -p 2 -trimpath -buildvcs=true -ldflags '-s -w' -o "$work/$1" ./app/cmd/bangbanctl)
}
began=$(date +%s)
build one "$work/here"
took=$(( $(date +%s) - began ))
build two "$work/some where/else deeper"
one=$(sha256sum < "$work/one" | cut -d' ' -f1)
two=$(sha256sum < "$work/two" | cut -d' ' -f1)
[ "$one" = "$two" ] || { cmp "$work/one" "$work/two" | head -n 1 >&2; stop "two builds of $commit differ: $one, $two"; }
grep -q "$commit" "$work/one" || stop "the program does not name its commit"
if grep -aqF "$work" "$work/one"; then stop "the program names the folder it was built in"; fi
# It can fail: one other flag makes other bytes.
(cd "$work/here" && GOCACHE="$work/cache-one" GOMODCACHE="$modules" GOFLAGS='' CGO_ENABLED=0 GOOS=linux GOARCH=amd64 \
  nice go build -p 2 -trimpath -buildvcs=false -ldflags '-s -w' -o "$work/other" ./app/cmd/bangbanctl)
[ "$(sha256sum < "$work/other" | cut -d' ' -f1)" != "$one" ] || stop "a build without the commit gives the same bytes: the comparison is blind"
say "the same twice: $one, $(wc -c < "$work/one") bytes, commit $commit, $took s cold"
