// SPDX-License-Identifier: MIT
/// @file
/// @brief Settings of a solve, and the denoising path that a trajectory returns.
#pragma once

#include <cmath>
#include <cstdint>

#include <gdm/data/tensor.hpp>
#include <gdm/problem/problem.hpp>

#if __has_include(<xtensor/containers/xtensor.hpp>)
#include <xtensor/containers/xtensor.hpp>
#else
#include <xtensor/xtensor.hpp>
#endif

GDM_NAMESPACE_BEGIN

/// Settings of `solve`. An aggregate: write `{.samples = 16, .seed = 7}` and leave the rest.
template <class Defaults>
struct BasicSolveOptions {
  std::size_t samples = 1;         ///< samples drawn, the best one by objective is returned; >= 1
  double omega = Defaults::omega;  ///< guidance weight of Eq. 12, in [0, 10000]; 0 = condition alone, at half the cost
  bool baseline = false;           ///< admit the problem's cheap baseline as candidate zero
  std::uint64_t seed = 0;          ///< same seed, same bits
  int threads = 0;                 ///< of solve_batch: 0 = all of the machine; one without OpenMP

  /// @throws Error [GDM-R201] naming the option that is out of range
  void validate() const {
    if (samples == 0 || samples > 1'000'000) {
      throw Error(Errc::invalid_argument, "solve option samples", "it is " + std::to_string(samples),
                  "Give a number between 1 and 1000000");
    }
    if (!(omega >= 0 && omega <= 10'000)) {
      throw Error(Errc::invalid_argument, "solve option omega", "it is " + to_text(omega),
                  "Give a guidance weight between 0 and 10000; 0 to 1 is best for most problems");
    }
    if (threads < 0) {
      throw Error(Errc::invalid_argument, "solve option threads", "it is " + std::to_string(threads),
                  "Give 0 for all of the machine, or a number of threads");
    }
  }
};

/// The denoising path of one sample. Point 0 is pure noise, the last one the answer.
template <class P>
struct Trajectory {
  xt::xtensor<double, 1> objective;  ///< objective of every point, decoded
  xt::xtensor<double, 2> solutions;  ///< the decoded points, one row each
};

GDM_NAMESPACE_END
