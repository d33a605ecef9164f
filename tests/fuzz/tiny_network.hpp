// SPDX-License-Identifier: MIT
/// @file
/// @brief A network of two weights and one gain: as little as a file of weights can hold.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include <gdm/autodiff/block.hpp>

namespace gdm_test {

struct TinyNetwork {
  static constexpr bool tied = false;
  struct Parameters {
    gdm::Block<float, 2, 1> weight;
    gdm::Block<float, 1, 1> gain;
  };
  template <class F, class P>
  static void visit(const F& f, P& p) {
    f("w", p.weight);
    f("g", p.gain);
  }
  static bool finite(const Parameters& p) {
    bool all = true;
    visit([&](const std::string&, const auto& block) { all = all && block.matrix().allFinite(); }, p);
    return all;
  }
  static bool same(const Parameters& a, const Parameters& b) { return std::memcmp(&a, &b, sizeof a) == 0; }
};

}  // namespace gdm_test
