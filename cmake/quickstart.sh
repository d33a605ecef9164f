#!/usr/bin/env bash
# The README's first command: installs what is missing, builds and runs the main example, to which arguments
# go, and the README's program for beamforming.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
bash "$root/cmake/packages.sh" g++ cmake make libeigen3-dev libxtensor-dev libboost-dev nlohmann-json3-dev libcli11-dev gnuplot-nox
cmake -S "$root" -B "$root/build" -DGDM_BUILD_TESTS=OFF >/dev/null
cmake --build "$root/build" --target msr_quickstart first_beamforming -j"$(nproc)"
"$root/build/examples/msr_quickstart" "$@"
printf '\nBeamforming, 8 antennas and 8 users: the program of the README\n'
"$root/build/examples/first_beamforming"
