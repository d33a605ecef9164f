#!/usr/bin/env bash
# The README's first command: installs what is missing, builds the main example and runs it. Arguments go to the example.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
bash "$root/cmake/packages.sh" g++ cmake make libeigen3-dev libxtensor-dev libboost-dev nlohmann-json3-dev libcli11-dev gnuplot-nox
cmake -S "$root" -B "$root/build" -DGDM_BUILD_TESTS=OFF >/dev/null
cmake --build "$root/build" --target msr_quickstart -j"$(nproc)"
exec "$root/build/examples/msr_quickstart" "$@"
