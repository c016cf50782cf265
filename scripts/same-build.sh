#!/usr/bin/env bash
# Builds the jar twice, in two folders, and fails if the bytes differ.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for build in first second; do
  mkdir "$work/$build"
  git -C "$root" archive HEAD | tar -x -C "$work/$build"
  (cd "$work/$build" && mvn -B -q package -Dmaven.test.skip=true)
  (cd "$work/$build/target" && sha256sum ./*.jar) > "$work/$build.sums"
done
cat "$work/first.sums"
diff "$work/first.sums" "$work/second.sums"
