// SPDX-License-Identifier: MIT
/// @file
/// @brief Runs a harness over folders of inputs, each whole, cut short everywhere and with every bit flipped, and
/// checks time and memory: what was once found stays mended under any compiler.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "counting_allocator.hpp"
#include "harness.hpp"

namespace {

std::size_t runs = 0;

void run(const std::vector<std::uint8_t>& input, std::size_t length) {
  const std::vector<std::uint8_t> exact(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(length));
  const auto start = std::chrono::steady_clock::now();
  const std::size_t before = gdm_test::bytes_in_use();
  gdm_test::reset_peak();
  (void)LLVMFuzzerTestOneInput(exact.data(), exact.size());
  const std::size_t used = gdm_test::peak_bytes() - before;
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  if (used > memory_allowance(length)) {
    std::fprintf(stderr, "%zu bytes of memory for an input of %zu\n", used, length);
  }
  gdm_test::require(used <= memory_allowance(length), "memory stays below the harness's allowance");
  gdm_test::require(gdm_test::bytes_in_use() == before, "all memory is given back");
  gdm_test::require(seconds.count() < 1.0, "no input takes a second");
  ++runs;
}

void run_with_damage(std::vector<std::uint8_t> input) {
  constexpr std::size_t longest = 4096;  // beyond it only whole
  run(input, input.size());
  if (input.size() > longest) {
    return;
  }
  for (std::size_t length = 0; length < input.size(); ++length) {
    run(input, length);
  }
  for (std::size_t bit = 0; bit < 8 * input.size(); ++bit) {
    const auto flip = static_cast<std::uint8_t>(1U << (bit % 8));
    input[bit / 8] ^= flip;
    run(input, input.size());
    input[bit / 8] ^= flip;
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::filesystem::path> paths;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  for (const auto& path : paths) {
    std::printf("%s\n", path.filename().c_str());
    std::fflush(stdout);  // the last line names the culprit of a crash
    std::ifstream file(path, std::ios::binary);
    run_with_damage({std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()});
  }
  std::printf("%zu inputs, %zu runs\n", paths.size(), runs);
  return paths.empty() ? 1 : 0;
}
