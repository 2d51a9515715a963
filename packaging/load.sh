#!/bin/sh
# Simulated counters against two gateways and one PostgreSQL on this computer:
#     sh packaging/load.sh [--full | --disk MB]
# Without --full 100 counters with a little backlog, under a minute; with it 1,000 counters with 100 parcels each. --disk
# holds what PostgreSQL writes to so many MB a second (root, a control group): where the disk is slower than the processors.
# It starts its own servers on free loopback ports and stops them again. Needs PostgreSQL 15 or newer (package postgresql).
set -eu
cd "$(dirname "$0")/.."
. packaging/deps.sh
need_go
size=100,20,20
case ${1:-} in
--full) size=1000,100,100 ;;
--disk) size=300,100,100 BANGBAN_LOAD_MBPS=$2; export BANGBAN_LOAD_MBPS ;;
esac
said=$(BANGBAN_LOAD=$size CGO_ENABLED=0 go test -tags ci,migrated_fynedo -v -count=1 -timeout 20m -run '^TestLoad$' ./app/cmd/bangbanctl 2>&1) && failed= || failed=1
printf '%s\n' "$said" | grep -E '^(load:|ok|FAIL|--- |panic|    )' || true
[ -z "$failed" ] || stop "the load test failed"
