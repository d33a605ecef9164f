// SPDX-License-Identifier: MIT
/// @file
/// @brief One face for every learned method, so that the experiments are compiled once and each method in its own file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include <gdm/data/tensor.hpp>

namespace paper {

using Rows = xt::xtensor<double, 2>;

/// How an optimizer is asked; what is left out is its default.
struct Ask {
  std::size_t samples = 1;
  std::size_t refine = 0;
  std::optional<double> omega{};
  std::uint64_t seed = 0;
};

/// How an optimizer is trained; what is left out is its default.
struct Lesson {
  std::size_t epochs = 1;
  std::optional<double> p_uncond{};
  std::uint64_t seed = 0;
  int threads = 1;
};

/// A learned method on one problem.
class AnyOptimizer {
 public:
  using SolveOptions = Ask;
  virtual ~AnyOptimizer() = default;
  /// @return the loss of the last epoch
  virtual double train(const Rows& conditions, const Rows& solutions, const Lesson& lesson) = 0;
  /// On one thread.
  [[nodiscard]] virtual Rows solve_batch(const Rows& conditions, const Ask& ask = {}) const = 0;
  /// Objective after every denoising step, for the first row of `condition`.
  [[nodiscard]] virtual std::vector<double> trajectory(const Rows& condition, std::uint64_t seed) const = 0;
  /// Both do nothing for a method that has no model file.
  virtual void save(const std::filesystem::path& path) const = 0;
  virtual bool load(const std::filesystem::path& path) = 0;
};

using Model = std::unique_ptr<AnyOptimizer>;

}  // namespace paper
