// SPDX-License-Identifier: MIT
/// @file
/// @brief The best known solutions of the instances that a model learns on, and their objectives.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <gdm/core/parallel.hpp>
#include <gdm/data/dataset.hpp>
#include <gdm/model/codec.hpp>
#include <gdm/model/standardisation.hpp>
#include <gdm/train/reduction.hpp>

GDM_NAMESPACE_BEGIN
namespace detail {

/// A dataset whose solutions get better, with the objective of each; NaN where none is known.
template <class Codec>
class BestKnownTable {
  using P = typename Codec::ProblemType;
  using Traits = ProblemTraits<P>;
  using Instance = typename Codec::Instance;

 public:
  /// @param table  conditions, and solutions where some are known; gets the best known solutions
  explicit BestKnownTable(Dataset<P>& table) : rows(table), value(table.size()) {}

  /// Room for solutions where there are none.
  void prepare() {
    known_ = rows.solutions.shape(0) == rows.size() && rows.size() > 0;
    if (!known_) rows.solutions.resize({rows.size(), static_cast<std::size_t>(Traits::solution_size)});
  }
  /// Works out the objectives.
  /// @param known  whether solutions are known although there were none to begin with
  void value_all(bool known, int threads) {
    ThreadReduction::deal_rows(rows.size(), threads, {}, [&](std::size_t i) {
      value[i] =
          known || known_ ? Codec::objective(*describe(i), rows.solution(i)) : std::numeric_limits<double>::quiet_NaN();
    });
  }
  /// Without an objective of any candidate there is no best known solution: all processes find the same instance.
  /// @throws Error [GDM-R203] naming it
  void require_values() {
    const auto none = std::ranges::find_if(value, [](double v) { return std::isnan(v); });
    if (none == value.end()) return;
    if (!known_) rows.solutions.resize({0, static_cast<std::size_t>(Traits::solution_size)});  // as it came
    throw Error(Errc::infeasible, "learning, instance " + std::to_string(none - value.begin()),
                "the objective of every candidate is nan",
                "Make it a number for all that `project` returns; gdm::check_problem shows where it is none");
  }

  [[nodiscard]] std::unique_ptr<Instance> describe(std::size_t i) const {
    auto instance = std::make_unique<Instance>();
    typename Codec::Features features;
    Codec::describe(rows.condition(i), *instance, features);
    return instance;
  }
  /// Mean and deviation of the solutions' latents.
  [[nodiscard]] Standardisation<Codec::latent_size> latents(int threads) const {
    std::vector<typename Codec::Latent> latents(rows.size());
    std::vector<int> tokens(rows.size());
    ThreadReduction::deal_rows(rows.size(), threads, {}, [&](std::size_t i) {
      const auto instance = describe(i);
      latents[i] = Codec::describe(*instance, rows.solution(i));
      tokens[i] = instance->tokens;
    });
    GroupStatistics statistics;
    for (std::size_t i = 0; i < latents.size(); ++i) statistics.add(latents[i], Codec::latent_groups, tokens[i]);
    return statistics.standardisation<Codec::latent_size>(Codec::latent_groups);
  }

  Dataset<P>& rows;
  std::vector<double> value;  ///< objective of every solution

 private:
  bool known_ = false;  // whether there were solutions to begin with
};

}  // namespace detail
GDM_NAMESPACE_END
