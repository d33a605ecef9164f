// SPDX-License-Identifier: MIT
/// @file
/// @brief The best of the candidates for one instance.
#pragma once

#include <cmath>

#include <gdm/problem/refinement.hpp>
#include <gdm/solve/options.hpp>

GDM_NAMESPACE_BEGIN
namespace detail {

/// Compares candidates for one instance and keeps the best, and what led to it.
template <class Codec, class Refinement>
class Candidates {
 public:
  using Traits = typename Codec::Traits;
  using Solution = typename Codec::Solution;

  /// @param valued  false if there is one candidate only and its objective is not asked for
  void begin(std::size_t refine_steps, bool valued) {
    steps_ = refine_steps;
    valued_ = valued || refine_steps > 0;
    found_ = false;
    samples = refined = 0;
  }

  /// Refines `y` and keeps it if it is the best. A step that makes it worse, or infeasible, ends its refinement.
  void add(const typename Codec::Instance& instance, const Solution& y) {
    if (!valued_) {
      best_ = y;
      found_ = true;
      return;
    }
    Solution now = y;
    double value = Codec::objective(instance, now);
    for (std::size_t k = 0; k < steps_; ++k) {
      const Solution next = Refinement::template step<Codec>(instance, now, value);
      const double next_value = Codec::objective(instance, next);
      if (!Traits::better(next_value, value) || !(Codec::violation(instance, next) <= feasible)) break;
      now = next;
      value = next_value;
      ++refined;
    }
    if (found_ && !Traits::better(value, value_)) return;
    best_ = now;
    value_ = value;
    found_ = true;
  }

  [[nodiscard]] const Solution& best() const noexcept { return best_; }
  [[nodiscard]] double value() const noexcept { return value_; }

  std::size_t samples = 0;  ///< drawn for this instance
  std::size_t refined = 0;  ///< refinement steps that improved a candidate

 private:
  static constexpr double feasible = 1e-9;
  Solution best_;
  double value_ = 0;
  std::size_t steps_ = 0;
  bool valued_ = false, found_ = false;
};

}  // namespace detail
GDM_NAMESPACE_END
