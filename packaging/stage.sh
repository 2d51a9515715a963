# Everything that goes into a package but the programs. Sourced; wants $stage with bangban, bangbanctl, bangbanctl-pure in it
# and $native, a bangbanctl that runs on this computer.
# shellcheck shell=sh

packed() { gzip -9nc "$1" > "$2"; }

stage_texts() {
  fill packaging/linux/counter.desktop > "$stage/$app_id.desktop"
  fill packaging/linux/metainfo.xml > "$stage/$app_id.metainfo.xml"
  fill packaging/linux/copyright > "$stage/copyright"
  for f in bangban.1 bangban-first-run.1; do fill "packaging/linux/$f" > "$stage/$f"; done
  "$native" man > "$stage/bangbanctl.1"
  for shell in bash zsh fish; do "$native" completion $shell > "$stage/completion.$shell"; done
  {
    printf 'bangban (%s-1) stable; urgency=medium\n\n  * Release %s. The history is in the repository.\n\n' "$app_version" "$app_version"
    printf ' -- The Bangban authors <maintainers@bangban.example>  %s\n' "$(LC_ALL=C date -uR -d "@$SOURCE_DATE_EPOCH")"
  } > "$stage/changelog"
  for f in bangban.1 bangban-first-run.1 bangbanctl.1 changelog; do packed "$stage/$f" "$stage/$f.gz"; done
  packed THIRD-PARTY "$stage/THIRD-PARTY.gz"
  for f in bangban bangbanctl bangbanctl-pure; do
    [ -f "$stage/$f" ] || continue
    sh packaging/sbom.sh "$stage/$f" > "$stage/sbom-$f.json"
    packed "$stage/sbom-$f.json" "$stage/sbom-$f.json.gz"
  done
  # Why lintian's warnings are allowed stands in packaging/linux/overrides.
  sed 's/^@/bangban: /' packaging/linux/overrides > "$stage/overrides"
  sed 's/^@/bangban-server: /' packaging/linux/overrides-server > "$stage/overrides-server"
  BUILT=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)
  STAGE=$stage
  export BUILT STAGE
}

# build_counter, build_server: the programs, with the compiler and machine that the environment names.
build_counter() {
  say "building the window for $GOARCH (the first time takes some minutes)"
  CGO_ENABLED=1 release -tags x11,migrated_fynedo,no_emoji -o "$stage/bangban" .
  CGO_ENABLED=1 release -o "$stage/bangbanctl" ./app/cmd/bangbanctl
}
build_server() {
  say "building the command line for $GOARCH, without C"
  CGO_ENABLED=0 release -o "$stage/bangbanctl-pure" ./app/cmd/bangbanctl
}
