// SPDX-License-Identifier: MIT
// Turns a model file into a header with the same bytes, for a controller without a file system:
//   gdm_embed model.safetensors model.hpp
// and in the controller
//   #include <gdm/solve.hpp>
//   #include "model.hpp"
//   const auto solver = gdm::GdmSolver<Problem>::from(gdm_model);
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: gdm_embed MODEL.safetensors HEADER.hpp\n");
    return 2;
  }
  std::ifstream in(argv[1], std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in || bytes.empty()) {
    std::fprintf(stderr, "gdm_embed: cannot read %s, or it is empty. Give a model file that `save` wrote.\n", argv[1]);
    return 1;
  }
  if (std::ifstream(argv[2])) {
    std::fprintf(stderr, "gdm_embed: %s is there already. Give another name, or remove it.\n", argv[2]);
    return 1;
  }
  std::string text =
      "// A trained model, byte by byte.\n#pragma once\n#include <cstddef>\n"
      "alignas(8) inline constexpr std::byte gdm_model[] = {";
  char number[24];
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::snprintf(number, sizeof number, "%sstd::byte{%u},", i % 12 == 0 ? "\n" : "",
                  static_cast<unsigned>(static_cast<unsigned char>(bytes[i])));
    text += number;
  }
  text += "\n};\n";
  std::ofstream out(argv[2], std::ios::binary);
  out << text << std::flush;
  if (!out) {
    std::fprintf(stderr, "gdm_embed: cannot write %s. Check the folder and the space on the device.\n", argv[2]);
    return 1;
  }
  std::printf("%s: %zu bytes\n", argv[2], bytes.size());
  return 0;
}
