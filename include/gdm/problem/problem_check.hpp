// SPDX-License-Identifier: MIT
/// @file
/// @brief What `check_problem` is asked and what it answers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gdm/core/config.hpp>

GDM_NAMESPACE_BEGIN

/// How thoroughly to check.
struct CheckOptions {
  int instances = 50;       ///< random instances
  int points = 1000;        ///< random feasible points an instance
  std::uint64_t seed = 1;   ///< of instances and points
  double tolerance = 1e-9;  ///< on violations, and relative on objectives and points
};

/// A property that does not hold: which one, how often it was seen, and where it was seen first.
struct ProblemFailure {
  std::string property;  ///< what should hold
  std::string first;     ///< instance and point at which it did not, first
  int count = 0;         ///< how often
};

/// What `check_problem` found.
struct ProblemCheck {
  std::vector<ProblemFailure> failures;  ///< in the order in which they were met
  /// True if every property held at every point.
  [[nodiscard]] bool passed() const { return failures.empty(); }

  /// One line for each; empty if all hold.
  [[nodiscard]] std::string text() const {
    std::string all;
    for (const ProblemFailure& failure : failures) {
      all += failure.property + ": fails " + std::to_string(failure.count) + " times, first " + failure.first + "\n";
    }
    return all;
  }

  /// One more point at which a property does not hold.
  void add(std::string_view property, const std::string& where) {
    for (ProblemFailure& failure : failures) {
      if (failure.property == property) {
        ++failure.count;
        return;
      }
    }
    failures.push_back({std::string(property), where, 1});
  }
};

GDM_NAMESPACE_END
