#!/usr/bin/env bash
# Installs what is missing (Debian 12, by apt), builds the release preset and runs every test.
# Ends with ctest's summary; the exit code is ctest's.
set -euo pipefail
cd "$(dirname "$0")"

# shellcheck source=tests/support/packages.sh
. tests/support/packages.sh
install_packages "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}"

cmake --preset release
cmake --build build/release
# Most tests wait for others (lines, brokers, disks): two a core.
exec ctest --test-dir build/release --output-on-failure --no-tests=error -j "$((2 * $(nproc)))" "$@"
