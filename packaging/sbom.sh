#!/bin/sh
# Writes a CycloneDX 1.5 bill of materials of a built program, made from what the builder put into it (go version -m):
#   sh packaging/sbom.sh PROGRAM > sbom.json
# The sums are those of go.sum ("h1:", SHA-256 over the module's files). packaging/packages-test.sh compares it with the program.
set -eu
program=$1
go version -m "$program" | awk -v name="$(basename "$program")" '
  BEGIN { FS = "\t"; n = 0 }
  NR == 1 { sub(/^.*: /, ""); go = $0 }
  $2 == "mod" { main = $3 }
  $2 == "build" && $3 ~ /^(vcs.revision|GOOS|GOARCH|CGO_ENABLED|-tags)=/ { props[++p] = $3 }
  $2 == "dep" { path[++n] = $3; version[n] = $4; sum[n] = $5 }
  $2 == "=>" { path[n] = $3; version[n] = $4; sum[n] = $5 }
  END {
    printf "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"version\":1,\"metadata\":{\"component\":{\"type\":\"application\",\"bom-ref\":\"%s\",\"name\":\"%s\",\"properties\":[", name, name
    printf "{\"name\":\"go:version\",\"value\":\"%s\"}", go
    for (i = 1; i <= p; i++) { eq = index(props[i], "="); printf ",{\"name\":\"go:%s\",\"value\":\"%s\"}", substr(props[i], 1, eq-1), substr(props[i], eq+1) }
    printf "]}},\"components\":["
    for (i = 1; i <= n; i++)
      printf "%s{\"type\":\"library\",\"bom-ref\":\"pkg:golang/%s@%s\",\"name\":\"%s\",\"version\":\"%s\",\"purl\":\"pkg:golang/%s@%s\",\"properties\":[{\"name\":\"go:sum\",\"value\":\"%s\"}]}", (i > 1 ? "," : ""), path[i], version[i], path[i], version[i], path[i], version[i], sum[i]
    print "]}"
  }'
