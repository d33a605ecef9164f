#!/usr/bin/env bash
# The README's second command: installs what is missing, builds the tests and runs them. Arguments go to ctest. With
# GDM_LARGE_EXAMPLES=ON in the environment it takes in the examples that compile for a minute.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
bash "$root/cmake/packages.sh" g++ clang cmake make pkg-config libeigen3-dev libxtensor-dev libboost-dev \
  nlohmann-json3-dev doctest-dev libcli11-dev libbenchmark-dev libopenmpi-dev openmpi-bin gnuplot-nox python3-numpy doxygen
cmake -S "$root" -B "$root/build-test" -DCMAKE_CXX_FLAGS_RELEASE="-O2 -DNDEBUG" -DGDM_BUILD_DOCS=ON \
  -DGDM_LARGE_EXAMPLES="${GDM_LARGE_EXAMPLES:-OFF}"
cmake --build "$root/build-test" -j"$(nproc)"
exec ctest --test-dir "$root/build-test" -j"$(nproc)" --output-on-failure "$@"
