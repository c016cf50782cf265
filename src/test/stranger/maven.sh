#!/usr/bin/env bash
# A new Maven application with the dependencies and the class of the README and nothing else.
#
# maven.sh README.md REPOSITORY EMPTY-FOLDER
#
# The class connects to 127.0.0.1:9042 and needs the tables of scripts/init.cql.
set -euo pipefail
readme=$(readlink -f "$1")
repository=$(readlink -f "$2")
work=$(readlink -f "$3")
here=$(dirname "$(readlink -f "$0")")

mkdir -p "$work/src/main/java"
"$here/block.sh" "$readme" java > "$work/src/main/java/Orders.java"
printf '<dependencies>\n%s\n</dependencies>\n' "$("$here/block.sh" "$readme" xml)" |
  "$here/application.sh" "$repository" "$work" Orders
