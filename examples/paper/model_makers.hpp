// SPDX-License-Identifier: MIT
/// @file
/// @brief How the learned methods are made. Include it only where `make` is instantiated.
#pragma once

#include <utility>

#include <gdm/baseline/ppo.hpp>
#include <gdm/baseline/regression.hpp>
#include <gdm/optimizer.hpp>
#include <gdm/problems/noma_uav/noma_uav.hpp>
#include <gdm/problems/offloading/computation_offloading.hpp>

#include "models.hpp"

namespace paper {

/// The problem as the paper samples it: every number of the solution, without completion by closed forms.
template <class P>
struct AsInPaper {
  using type = P;
};
template <int K>
struct AsInPaper<gdm::ComputationOffloading<K>> {
  using type = gdm::ComputationOffloading<K, gdm::NoCompletion>;
};
template <int K, class Units>
struct AsInPaper<gdm::NomaUav<K, Units>> {
  using type = gdm::NomaUav<K, Units, gdm::NoCompletion>;
};

/// @tparam Q  a problem with P's conditions and solutions
template <class Q, class Optimizer>
class Holding : public AnyOptimizer {
 public:
  using TrainOptions = typename Optimizer::TrainOptions;
  explicit Holding(const TrainOptions& options = {}, void (*prepare)(const gdm::Dataset<Q>&) = nullptr)
      : options_(options), prepare_(prepare) {}

  double train(const Rows& conditions, const Rows& solutions, const Lesson& lesson) override {
    const gdm::Dataset<Q> data{.conditions = conditions, .solutions = solutions, .weights = {}};
    if (prepare_ != nullptr) prepare_(data);
    TrainOptions options = options_;
    options.epochs = lesson.epochs;
    options.p_uncond = lesson.p_uncond.value_or(options.p_uncond);
    options.seed = lesson.seed;
    options.threads = lesson.threads;
    return optimizer_.train(data, options).final_loss;
  }
  Rows solve_batch(const Rows& conditions, const Ask& ask) const override {
    typename Optimizer::SolveOptions options{};
    options.threads = 1;
    if constexpr (samples) {
      options.samples = ask.samples;
      options.refine = ask.refine;
      options.omega = ask.omega.value_or(options.omega);
      options.seed = ask.seed;
    }
    return optimizer_.solve_batch(conditions, options);
  }
  std::vector<double> trajectory(const Rows& condition, std::uint64_t seed) const override {
    if constexpr (samples) {
      const auto path = optimizer_.trajectory(gdm::row_of<typename Q::Condition>(condition, 0), {.seed = seed});
      return {path.objective.begin(), path.objective.end()};
    } else {
      return {};
    }
  }
  void save(const std::filesystem::path& path) const override {
    if constexpr (samples) optimizer_.save(path);
  }
  bool load(const std::filesystem::path& path) override {
    if constexpr (samples) {
      if (!std::filesystem::exists(path)) return false;
      optimizer_ = Optimizer::load(path);
      return true;
    } else {
      return false;
    }
  }

 private:
  static constexpr bool samples = requires(typename Optimizer::SolveOptions o) { o.samples; };
  Optimizer optimizer_;
  TrainOptions options_;
  void (*prepare_)(const gdm::Dataset<Q>&);
};

template <class P, Kind kind>
Model make() {
  if constexpr (kind == Kind::ours) {
    return std::make_unique<Holding<P, gdm::GdmOptimizer<P>>>();
  } else if constexpr (kind == Kind::ddpm) {
    return std::make_unique<Holding<P, gdm::GdmOptimizer<P, gdm::Ddpm>>>();
  } else if constexpr (kind == Kind::paper) {
    using Q = typename AsInPaper<P>::type;
    return std::make_unique<Holding<Q, gdm::GdmOptimizer<Q, gdm::PaperPolicies>>>();
  } else if constexpr (kind == Kind::reference) {
    using Q = typename AsInPaper<P>::type;
    return std::make_unique<Holding<Q, gdm::GdmOptimizer<Q, gdm::ReferencePolicies>>>();
  } else if constexpr (kind == Kind::mtfnn) {
    return std::make_unique<Holding<P, gdm::Mtfnn<P>>>();
  } else {
    using Ppo = gdm::Ppo<P>;
    return std::make_unique<Holding<P, Ppo>>(typename Ppo::TrainOptions{.learning_rate = 1e-3});
  }
}

}  // namespace paper
