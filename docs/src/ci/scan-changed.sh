#!/bin/sh
# Scans the files that differ from a commit, as a merge request changes them, and writes phiscan.sarif.
#
#   sh ci/scan-changed.sh origin/main
#
# Ends with 0 when nothing counts. Findings go to a temporary folder and are deleted at the end; with
# PHISCAN_OUT they go there and stay.
set -eu
base=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
out=${PHISCAN_OUT:-$work/phiscan-out}

git diff --name-only --diff-filter=d -z "$base...HEAD" > "$work/changed"
if [ ! -s "$work/changed" ]; then
    echo "No file differs from $base."
    exit 0
fi
status=0
xargs -0 phiscan scan --progress never --out "$out" -- < "$work/changed" || status=$?
phiscan export --to sarif --from "$out" > phiscan.sarif
exit "$status"
