#!/usr/bin/env bash
# The command line of a new user: an unpacked archive, an empty home, no Maven and no checkout.
#
# archive.sh ARCHIVE.tar.gz EMPTY-FOLDER HOST:PORT TABLE
#
# The table is large enough that an export at 100 rows per second takes some seconds.
set -euo pipefail
archive=$(readlink -f "$1")
work=$(readlink -f "$2")
node=(--contact-point "$3")
table=$4

began=$SECONDS
for name in $(compgen -e RINGHAUL_) XDG_CACHE_HOME; do unset "$name"; done
export HOME="$work/home" RINGHAUL_JAVA_OPTS="-Duser.home=$work/home"
mkdir "$HOME" "$work/unpacked"
cd "$work/unpacked"
tar -xzf "$archive"
ringhaul=$(echo "$PWD"/ringhaul-*/bin/ringhaul)
cd "$work"

"$ringhaul" version
"$ringhaul" count "$table" "${node[@]}" --json
"$ringhaul" export "$table" "${node[@]}" --format csv --path first --json
echo "first export ends after $((SECONDS - began)) s"

# A job is killed once it has completed a task, and resumed by its name.
export_nightly() {
  exec "$ringhaul" export "$table" "${node[@]}" --format csv --path nightly --job nightly "$@"
}
export_nightly --rate 100 --page-size 50 --parallelism 1 --tasks 8 --quiet &
process=$!
until "$ringhaul" jobs show nightly 2> job.err | grep -Eq '^tasks .* [1-9][0-9]* done'; do
  kill -0 "$process" 2> /dev/null || { cat job.err; echo "the job ended before it was killed"; exit 1; }
  sleep 0.5
done
kill -KILL "$process"
wait "$process" || echo "killed with exit code $?"
(export_nightly --resume --json)
"$ringhaul" jobs show nightly

# A mistake is refused, and nothing is done.
if "$ringhaul" export "$table" "${node[@]}" --fromat csv --path mistake 2> mistake.err; then
  echo "an unknown option was accepted"
  exit 1
else
  echo "unknown option: exit code $?"
fi
cat mistake.err
[[ ! -e mistake ]]
