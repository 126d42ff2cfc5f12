#!/bin/sh
# Fetch the default model and solve three problems, one of each kind of input.
# Usage: demo/run.sh path/to/assay
set -u
assay=${1:-assay}
here=$(dirname "$0")

"$assay" model pull || exit $?

solved=0
answered=0
solve() {
  printf '\n== %s\n' "$1" >&2
  shift
  "$assay" solve "$@"
  status=$?
  case $status in
    0) solved=$((solved + 1)); answered=$((answered + 1)) ;;
    1) answered=$((answered + 1)) ;;
    *) exit $status ;;
  esac
}

solve "a contest problem: text in, a program that reads stdin out" \
  "$here/warming.txt"
solve "a Python signature with a docstring: its doctests are the given tests" \
  "$here/roman.py"
solve "a sentence, and a file of asserts that the answer must pass" \
  "$here/intervals.md" --tests "$here/intervals_tests.py"

printf '\n%s of 3 answered, %s verified by given tests\n' "$answered" "$solved" >&2
[ "$answered" -eq 3 ] && [ "$solved" -ge 2 ]
