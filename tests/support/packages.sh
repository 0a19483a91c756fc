# shellcheck shell=bash
# The Debian packages this project needs, and how they get onto the machine. Sourced by test.sh and demo.sh.

BUILD_PACKAGES=(
    g++ cmake ninja-build pkg-config git
    libboost-dev libmodbus-dev libpaho-mqttpp-dev libpaho-mqtt-dev libsqlite3-dev libcurl4-openssl-dev libzstd-dev libdeflate-dev libxlsxwriter-dev libssl-dev zlib1g-dev
    libtomlplusplus-dev libexpected-dev libspdlog-dev libfmt-dev nlohmann-json3-dev libcli11-dev
)
TEST_PACKAGES=(
    libgtest-dev librapidcheck-dev libbenchmark-dev
    python3 python3-jsonschema python3-openpyxl python3-aiohttp python3-cryptography python3-uvloop mosquitto mosquitto-clients openssl systemd clang-format-19
)
DEMO_PACKAGES=(python3 python3-aiohttp python3-cryptography python3-uvloop mosquitto mosquitto-clients)

# Installs what is not there yet; asks apt nothing when all is there.
install_packages() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    local as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    echo "installing: ${missing[*]}"
    "${as_root[@]}" apt-get update -q
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
}
