// SPDX-License-Identifier: MIT
/// @file
/// @brief What an optimizer with wrong arguments turns into, so that one error is all that a compiler says.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include <gdm/data/dataset.hpp>
#include <gdm/model/policy_errors.hpp>
#include <gdm/solve/options.hpp>
#include <gdm/train/learn_options.hpp>

GDM_NAMESPACE_BEGIN
namespace detail {

/// The members of an optimizer without their bodies: using a refused one adds no error.
template <class P>
class RefusedOptimizer {
  struct Defaults {
    static constexpr TrainDefaults value{};
    static constexpr double omega = 0;
  };
  using Rows = xt::xtensor<double, 2>;

 public:
  using Condition = typename Dataset<P>::Condition;
  using Solution = typename Dataset<P>::Solution;
  using TrainOptions = BasicTrainOptions<Defaults>;
  using SolveOptions = BasicSolveOptions<Defaults>;
  using LearnOptions = BasicLearnOptions<Defaults>;
  struct AnyAnswer {
    Solution solution;
    double objective, bound;
    std::size_t samples, refined;
  };

  struct AnyCalibration {
    std::size_t samples, refine;
    std::vector<double> gaps;
    [[nodiscard]] double gap_at_most(double probability) const;
  };

  [[nodiscard]] bool trained() const noexcept;
  template <class... Callbacks>
  LearnReport learn(const LearnOptions& options = {}, Callbacks&&... callbacks);
  template <class Data, class... Callbacks>
  LearnReport learn(Data& table, const LearnOptions& options = {}, Callbacks&&... callbacks);
  template <class Data, class... Callbacks>
  TrainReport train(const Data& data, const TrainOptions& options = {}, Callbacks&&... callbacks);
  template <class Sets, class... Callbacks>
  TrainReport train_mixture(const Sets& sets, const TrainOptions& options = {}, Callbacks&&... callbacks);
  [[nodiscard]] Solution solve(const Condition& x, const SolveOptions& options = {}) const;
  [[nodiscard]] AnyAnswer answer(const Condition& x, const SolveOptions& options = {}) const;
  [[nodiscard]] Solution solve_from(const Condition& x, const Solution& y, const SolveOptions& options = {}) const;
  [[nodiscard]] AnyAnswer answer_from(const Condition& x, const Solution& y, const SolveOptions& options = {}) const;
  [[nodiscard]] std::optional<Errc> try_solve(const Condition& x, Solution& y, const SolveOptions& options = {}) const;
  [[nodiscard]] Rows solve_batch(const Rows& conditions, const SolveOptions& options = {}) const;
  template <class From, class To>
  void solve_into(const From& conditions, const To& solutions, const SolveOptions& options = {}) const;
  [[nodiscard]] Trajectory<P> trajectory(const Condition& x, const SolveOptions& options = {}) const;
  void save(const std::filesystem::path& path) const;
  template <class Self>
  [[nodiscard]] static Self load_as(const std::filesystem::path& path);
  template <class Self>
  [[nodiscard]] static Self from_as(std::span<const std::byte> bytes);
  template <class Data>
  AnyCalibration calibrate(const Data& held_out, const SolveOptions& options = {});
  [[nodiscard]] AnyCalibration calibration() const;
  [[nodiscard]] Vector<1> weights() const;
  [[nodiscard]] static std::size_t parameter_count();
};

/// `Implementation<P, Policies...>` where these fit; wrong arguments have been reported by the check.
template <bool fits, template <class, class...> class Implementation, class P, class... Policies>
struct checked {
  using type = RefusedOptimizer<P>;
};
template <template <class, class...> class Implementation, class P, class... Policies>
struct checked<true, Implementation, P, Policies...> {
  using type = Implementation<P, Policies...>;
};
template <template <class, class...> class Implementation, class P, class... Policies>
using checked_t = typename checked<check_arguments<P, Policies...>(), Implementation, P, Policies...>::type;

}  // namespace detail
GDM_NAMESPACE_END
