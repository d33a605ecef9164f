// SPDX-License-Identifier: MIT
/// @file
/// @brief Checks of what no compiler can see in a problem, for the library's problems and for a user's own.
#pragma once

#include <cstdint>

#include <gdm/problem/problem_checker.hpp>

GDM_NAMESPACE_BEGIN

namespace detail {

template <class P>
constexpr bool check_drawn() {
  if constexpr (check_problem_type<P>()) {
    static_assert(has_draw<P>,
                  "[GDM-S81] check_problem draws instances: Problem needs `static Condition draw(Generator&)`, or call "
                  "check_problem_on<P>(conditions)");
    return has_draw<P>;
  }
  return false;
}

}  // namespace detail

/// Checks a problem on given instances: projection feasible and idempotent, violation in agreement with it, objective
/// finite on feasible points, decoding feasible for small and huge latents, refinement feasible and never worse, optimum,
/// baseline and bound not beaten by `points` random feasible points, the optimum kept by encoding and decoding, members
/// the same with the context and without.
template <class P, class Conditions>
[[nodiscard]] ProblemCheck check_problem_on(const Conditions& conditions, const CheckOptions& options = {}) {
  if constexpr (detail::check_problem_type<P>()) {
    detail::ProblemChecker<P> checker(options);
    std::uint32_t number = 0;
    for (const typename P::Condition& x : conditions) {
      checker.instance(x, number++);
    }
    return checker.result();
  } else {
    return {};
  }
}

/// Checks a problem on instances that it draws itself: instance i from the stream (seed, i). Print `text()` to see what
/// fails; it is empty for a sound problem.
template <class P>
[[nodiscard]] ProblemCheck check_problem(const CheckOptions& options = {}) {
  if constexpr (detail::check_drawn<P>()) {
    detail::ProblemChecker<P> checker(options);
    for (int i = 0; i < options.instances; ++i) {
      RandomStream rng(options.seed, static_cast<std::uint32_t>(i));
      checker.instance(P::draw(rng), static_cast<std::uint32_t>(i));
    }
    return checker.result();
  } else {
    return {};
  }
}

GDM_NAMESPACE_END
