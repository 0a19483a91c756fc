#!/bin/sh
# Formatting is clang-format 19's business: fails and names the files that differ.
cd "$1" || exit 1
git ls-files '*.h' '*.cpp' '*.c' | xargs clang-format-19 --dry-run --Werror
