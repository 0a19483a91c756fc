#!/usr/bin/env bash
# Installs what is missing (Debian 12, by apt), builds the release preset and shows the whole path at work: a
# simulated plant, the gateway, an MQTT broker with a subscriber, and a provincial platform.
#   ./demo.sh                   a live table until Ctrl-C; `b` unplugs the broker and plugs it in again
#   ./demo.sh --for 20s         ends by itself, with an outage of both on the way; exit code 0 only if every due
#                               sample and record arrived with the values that the plant served
#   ./demo.sh --lang zh|en      default: from the locale
set -euo pipefail
cd "$(dirname "$0")"

case "${1:-}" in
-h | --help)
    sed -n '2,8s/^# \{0,1\}//p' "$0"
    exit 0
    ;;
esac

# shellcheck source=tests/support/packages.sh
. tests/support/packages.sh
# The preset configures the tests as well; the test libraries must be there although none is built here.
install_packages "${BUILD_PACKAGES[@]}" "${DEMO_PACKAGES[@]}" libgtest-dev librapidcheck-dev libbenchmark-dev

cmake --preset release
cmake --build build/release --target metergate metergate-sim
exec /usr/bin/python3 tests/sim/demo.py "$@"
