// SPDX-License-Identifier: MIT
/// @file
/// @brief Settings of a solve, and what it returns beside a solution.
#pragma once

#include <chrono>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string>

#include <gdm/data/tensor.hpp>
#include <gdm/problem/problem.hpp>

GDM_NAMESPACE_BEGIN

/// Settings of `solve`. An aggregate: write `{.samples = 16, .seed = 7}` and leave the rest.
template <class Defaults>
struct BasicSolveOptions {
  std::size_t samples = 1;         ///< samples drawn, the best one by objective is returned; 1 to 1000000
  std::size_t refine = 0;          ///< steps of refinement of every sample before they are compared; up to 10000
  std::size_t rounds = 0;          ///< times that the best is noised again and denoised `samples` times; up to 1000
  double noise = 0.5;              ///< to which level, as a share of the schedule, in (0, 1]; of `solve_from`, too
  double omega = Defaults::omega;  ///< guidance weight of Eq. 12, in [0, 10000]; 0 = condition alone, at half the cost
  bool baseline = false;           ///< admit the problem's cheap baseline as a candidate
  std::uint64_t seed = 0;          ///< same seed, same bits
  int threads = 0;                 ///< of solve_batch: 0 = all of the machine
  std::chrono::nanoseconds deadline{0};  ///< no batch of samples is begun after it; 0 = none. One is always answered

  /// @throws Error [GDM-R201] naming the option that is out of range
  void validate() const {
    // The text is made only when it is needed: every solve comes by here.
    const auto require = [](bool good, const char* option, auto value, const char* remedy, const char* unit = "") {
      if (good) return;
      std::string found;
      if constexpr (std::floating_point<decltype(value)>) {
        found = to_text(value);
      } else {
        found = std::to_string(value);
      }
      throw Error(Errc::invalid_argument, std::string("solve option ") + option, "it is " + found + unit, remedy);
    };
    require(samples >= 1 && samples <= 1'000'000, "samples", samples, "Give a number between 1 and 1000000");
    require(refine <= 10'000, "refine", refine, "Give a number of steps up to 10000");
    require(rounds <= 1'000, "rounds", rounds, "Give a number up to 1000");
    require(noise > 0 && noise <= 1, "noise", noise, "Give a share of the schedule in (0, 1]");
    require(omega >= 0 && omega <= 10'000, "omega", omega,
            "Give a guidance weight between 0 and 10000; 0 to 1 is best for most problems");
    require(threads >= 0, "threads", threads, "Give 0 for all of the machine, or a number of threads");
    require(deadline.count() >= 0, "deadline", deadline.count(), "Give a time that is not negative; 0 is none", " ns");
  }
};

/// A solution and what is known of it.
template <class P>
struct Answer {
  typename P::Solution solution;                                ///< feasible, in the problem's units
  double objective = std::numeric_limits<double>::quiet_NaN();  ///< of the solution
  double bound = std::numeric_limits<double>::quiet_NaN();  ///< no solution is better; NaN where the problem has none
  std::size_t samples = 0;                                  ///< drawn
  std::size_t refined = 0;                                  ///< refinement steps that improved a candidate
};

/// The denoising path of one sample. Point 0 is pure noise, the last one the answer.
template <class P>
struct Trajectory {
  xt::xtensor<double, 1> objective;  ///< objective of every point, decoded
  xt::xtensor<double, 2> solutions;  ///< the decoded points, one row each
};

GDM_NAMESPACE_END
