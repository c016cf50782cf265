#!/usr/bin/env bash
# Prints the first block of a language on a page: block.sh PAGE.md java
awk -v fence="\`\`\`$2" '
  inside && /^```/ { exit }
  inside { print }
  $0 == fence { inside = 1 }
' "$1"
