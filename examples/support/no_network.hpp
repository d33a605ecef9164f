// SPDX-License-Identifier: MIT
/// @file
/// @brief What a problem's own heuristic answers, without any network: the row that every table of quality shows.
#pragma once

#include <algorithm>
#include <chrono>
#include <limits>

#include <gdm/analysis/evaluation.hpp>
#include <gdm/data/dataset.hpp>

namespace example {

/// How good answers are, and the time of one.
struct NoNetwork {
  gdm::Evaluation quality;
  double microseconds = 0;
};

/// `P::baseline`, the strongest cheap answer, for every row of `data`. The time is the least of five passes.
template <class P>
NoNetwork no_network(const gdm::Dataset<P>& data) {
  xt::xtensor<double, 2> answers = data.solutions;
  double least = std::numeric_limits<double>::infinity();
  for (int pass = 0; pass < 5; ++pass) {
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < data.size(); ++i)
      gdm::set_row(answers, i, typename P::Solution(P::baseline(data.condition(i))));
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
    least = std::min(least, took.count() / static_cast<double>(data.size()));
  }
  return {gdm::evaluate_solutions(data, answers), least};
}

}  // namespace example
