#!/bin/sh
# What looks at the sources without running them:  sh packaging/lint.sh
#   staticcheck, by exact version, over the whole module, without C and with Windows' files
#   govulncheck, where the database of vulnerabilities can be reached; else it says that it was not asked
# Both are Go tools run by version: nothing is installed, and go.mod knows nothing of them.
set -eu
cd "$(dirname "$0")/.."
. packaging/deps.sh
need_go
tool() { GOOS='' GOARCH='' GOFLAGS=-mod=mod nice go run -p 2 "$@"; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if GOBIN=$work GOFLAGS=-mod=mod go install -p 2 honnef.co/go/tools/cmd/staticcheck@v0.8.2 > "$work/got" 2>&1; then
  # It can fail: what it must find.
  mkdir -p "$work/bad"
  printf 'module bad\n\ngo 1.26\n' > "$work/bad/go.mod"
  printf 'package bad\n\nfunc bad(x int) bool { return x == x }\n\nvar _ = bad\n' > "$work/bad/bad.go"
  (cd "$work/bad" && "$work/staticcheck" ./... > "$work/found" 2>&1) && stop "staticcheck finds nothing where there is something"
  grep -q SA4000 "$work/found" || { cat "$work/found" >&2; stop "staticcheck does not run"; }
  # An error beside what it says about the way (ST1008) is ours; PC/SC is looked at as it is built, with C.
  # shellcheck disable=SC2046
  CGO_ENABLED=0 nice "$work/staticcheck" -checks inherit,-ST1008 -tags ci,migrated_fynedo $(go list ./... | grep -v /cardreader/pcsc)
  nice "$work/staticcheck" -checks inherit,-ST1008 ./cardreader/pcsc/...
  CGO_ENABLED=0 GOOS=windows nice "$work/staticcheck" -checks inherit,-ST1008 -tags ci,migrated_fynedo ./print/... ./app/keys/... ./app/station/... ./app/institution/... ./app/cmd/...
  say "staticcheck: clean"
else
  tail -n 2 "$work/got"
  say "staticcheck cannot be had here: not run"
fi

if curl -fsS -m 10 -o /dev/null https://vuln.go.dev/index/db.json 2> /dev/null; then
  CGO_ENABLED=0 tool golang.org/x/vuln/cmd/govulncheck@v1.9.0 -tags ci,migrated_fynedo ./...
  say "govulncheck: nothing known that is called"
else
  say "the database of vulnerabilities cannot be reached here: govulncheck was not asked"
fi
