#!/usr/bin/env bash
# The README's second command: installs what is missing, builds the tests and runs them. Arguments go to ctest.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
bash "$root/cmake/packages.sh" g++ clang cmake make pkg-config libeigen3-dev libxtensor-dev libboost-dev \
  nlohmann-json3-dev doctest-dev libcli11-dev libbenchmark-dev gnuplot-nox python3-numpy doxygen
cmake -S "$root" -B "$root/build-test" -DCMAKE_CXX_FLAGS_RELEASE="-O2 -DNDEBUG" -DGDM_BUILD_DOCS=ON
cmake --build "$root/build-test" -j"$(nproc)"
exec ctest --test-dir "$root/build-test" -j"$(nproc)" --output-on-failure "$@"
