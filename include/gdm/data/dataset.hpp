// SPDX-License-Identifier: MIT
/// @file
/// @brief Pairs of conditions and solutions, one row an instance; made from a problem's own generator, and split.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include <gdm/core/parallel.hpp>
#include <gdm/data/byte_source.hpp>
#include <gdm/data/tensor.hpp>
#include <gdm/problem/problem_errors.hpp>

GDM_NAMESPACE_BEGIN

/// Refuses a label that is not finite or breaks the constraints of its instance.
/// @param tolerance  largest violation, relative as `P::violation` is
/// @throws Error [GDM-R202], [GDM-R213]
template <Problem P>
void require_feasible(const typename P::Condition& x, const typename P::Solution& y, double tolerance) {
  require_finite(y, "solution");
  const double violation = ProblemTraits<P>::violation(x, y);
  if (!(violation <= tolerance)) {
    throw Error(
        Errc::infeasible_label, "solution",
        "it breaks a constraint by " + to_text(violation) + " (relative; accepted: " + to_text(tolerance) + ")",
        "Check its units and the order of the columns; set Dataset::label_tolerance to train on it all the same");
  }
}

/// n instances of problem P with their solutions (labels), in physical units.
template <class P>
struct Dataset {
  static_assert(detail::report_problem_type<P>());
  using Condition = typename detail::condition_type<P>::type;
  using Solution = typename detail::solution_type<P>::type;

  xt::xtensor<double, 2> conditions;  ///< n x condition size
  xt::xtensor<double, 2> solutions;   ///< n x solution size
  xt::xtensor<double, 1> weights{};   ///< of the rows in the loss, >= 0; empty = all alike
  /// Largest `P::violation` that a label may have: room for numbers printed with four digits, none for wrong units. Set
  /// it to infinity to train on labels that are known to break the constraints.
  double label_tolerance = 1e-4;

  /// Number of rows.
  [[nodiscard]] std::size_t size() const noexcept { return conditions.shape(0); }
  /// Row `row` as a vector.
  [[nodiscard]] Condition condition(std::size_t row) const { return row_of<Condition>(conditions, row); }
  /// @copydoc condition
  [[nodiscard]] Solution solution(std::size_t row) const { return row_of<Solution>(solutions, row); }

  /// The rows as an Eigen matrix over the same memory: one column an instance.
  [[nodiscard]] auto conditions_view() const { return columns_of<Condition>(conditions); }
  /// @copydoc conditions_view
  [[nodiscard]] auto solutions_view() const { return columns_of<Solution>(solutions); }

  /// Refuses what cannot be a dataset of P, or not one to learn from.
  /// @throws Error [GDM-R211] without rows, [GDM-R212] on shapes that do not fit, [GDM-R202] on a senseless row,
  ///         [GDM-R213] on a label that breaks the constraints by more than `label_tolerance`
  void validate() const {
    if (size() == 0 && solutions.shape(0) == 0) {
      throw Error(Errc::empty_data, "dataset", "it has no rows", "Give at least one row");
    }
    require_columns<Condition>(conditions, "dataset conditions");
    if (solutions.shape(0) == 0) {
      throw Error(Errc::shape_mismatch, "dataset", std::to_string(size()) + " conditions and no solution",
                  "Give one solution for each condition, or use the optimizer's `learn`, which needs none");
    }
    require_columns<Solution>(solutions, "dataset solutions");
    require_one_solution_each();
    require_weights();
    for (std::size_t i = 0; i < size(); ++i) {
      try {
        ProblemTraits<P>::validate(condition(i));
        require_feasible<P>(condition(i), solution(i), label_tolerance);
      } catch (const Error& error) {
        throw error.within("dataset row " + std::to_string(i));
      }
    }
  }

  /// Refuses conditions that cannot be those of P; solutions are looked at only if there are any.
  /// @throws Error as `validate`
  void validate_conditions() const {
    if (solutions.shape(0) > 0) return validate();
    if (size() == 0) throw Error(Errc::empty_data, "dataset", "it has no rows", "Give at least one row");
    require_columns<Condition>(conditions, "dataset conditions");
    for (std::size_t i = 0; i < size(); ++i) {
      try {
        ProblemTraits<P>::validate(condition(i));
      } catch (const Error& error) {
        throw error.within("dataset row " + std::to_string(i));
      }
    }
  }

  /// Refuses arrays with different numbers of rows; there may be conditions alone.
  /// @throws Error [GDM-R212]
  void require_rows() const {
    if (solutions.shape(0) > 0) require_one_solution_each();
    require_one_weight_each();
  }

 private:
  void require_one_solution_each() const {
    if (conditions.shape(0) != solutions.shape(0)) {
      throw Error(
          Errc::shape_mismatch, "dataset",
          std::to_string(conditions.shape(0)) + " conditions and " + std::to_string(solutions.shape(0)) + " solutions",
          "Give one solution for each condition");
    }
  }
  void require_one_weight_each() const {
    if (weights.size() > 0 && weights.size() != size()) {
      throw Error(Errc::shape_mismatch, "dataset weights",
                  std::to_string(weights.size()) + " weights for " + std::to_string(size()) + " rows",
                  "Give one weight for each row, or none at all");
    }
  }
  void require_weights() const {
    if (weights.size() == 0) return;
    require_one_weight_each();
    double sum = 0;
    for (std::size_t i = 0; i < size(); ++i) {
      if (!(weights(i) >= 0 && std::isfinite(weights(i)))) {
        throw Error(Errc::invalid_argument, "dataset row " + std::to_string(i), "its weight is " + to_text(weights(i)),
                    "Give a finite number that is not negative");
      }
      sum += weights(i);
    }
    if (!(sum > 0))
      throw Error(Errc::invalid_argument, "dataset weights", "all are 0", "Give some row a weight above 0");
  }
};

namespace detail {

template <class P>
constexpr bool check_generated() {
  if constexpr (check_problem_type<P>()) {
    static_assert(has_draw<P> && has_optimal<P>,
                  "[GDM-S82] generate draws instances and solves them: Problem needs `static Condition "
                  "draw(Generator&)` and `static Solution optimal(const Condition&)`, or fill a gdm::Dataset yourself");
    return has_draw<P> && has_optimal<P>;
  }
  return false;
}

/// `n` rows yet to be generated.
template <Problem P>
Dataset<P> empty_rows(std::size_t n) {
  if (n == 0) throw Error(Errc::empty_data, "generate", "0 instances asked for", "Ask for at least one");
  Dataset<P> data;
  constexpr std::size_t columns = ProblemTraits<P>::condition_size + ProblemTraits<P>::solution_size;
  if (n > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    throw Error(Errc::invalid_argument, "generate", std::to_string(n) + " instances asked for",
                "Ask for at most 2147483647");
  }
  allocate_for("generate", n * columns * sizeof(double), [&] {
    data.conditions.resize({n, static_cast<std::size_t>(ProblemTraits<P>::condition_size)});
    data.solutions.resize({n, static_cast<std::size_t>(ProblemTraits<P>::solution_size)});
    return 0;
  });
  return data;
}

/// Instance `row` of `generate`.
template <Problem P>
void generate_row(Dataset<P>& data, std::size_t row, std::uint64_t seed) {
  const std::uint64_t number = row;  // size_t may have 32 bits
  RandomStream random(seed, for_generated_instances, static_cast<std::uint32_t>(number),
                      static_cast<std::uint32_t>(number >> 32));
  const typename P::Condition x = P::draw(random);
  set_row(data.conditions, row, x);
  set_row(data.solutions, row, typename P::Solution(P::optimal(x)));
}

template <Problem P>
Dataset<P> generated(std::size_t n, std::uint64_t seed, int threads) {
  Dataset<P> data = empty_rows<P>(n);
  constexpr std::size_t piece = 64;
  parallel_for(static_cast<int>((n + piece - 1) / piece), thread_count(threads), [&](int k) {
    const std::size_t begin = static_cast<std::size_t>(k) * piece;
    for (std::size_t i = begin; i < std::min(n, begin + piece); ++i) generate_row(data, i, seed);
  });
  return data;
}

}  // namespace detail

/// `n` random instances with their optimal solutions. Instance i depends on (seed, i) alone.
/// @tparam P  a gdm::Problem with `draw` and `optimal`
/// @throws Error [GDM-R211] if n is zero
template <class P>
[[nodiscard]] Dataset<P> generate(std::size_t n, std::uint64_t seed, int threads = 0) {
  if constexpr (detail::check_generated<P>()) {
    return detail::generated<P>(n, seed, threads);
  } else {
    return {};
  }
}

/// The first `share` of the rows, and the rest. Rows keep their order; conditions alone are split, too.
/// @throws Error [GDM-R201] if `share` is outside (0, 1) or leaves one side empty, [GDM-R212] if the arrays have
///         different numbers of rows
template <class P>
[[nodiscard]] std::pair<Dataset<P>, Dataset<P>> split(const Dataset<P>& data, double share) {
  data.require_rows();
  const std::size_t n = data.size();
  const auto head = share > 0 && share < 1 ? static_cast<std::size_t>(std::llround(share * static_cast<double>(n))) : 0;
  if (head == 0 || head >= n) {
    throw Error(Errc::invalid_argument, "split",
                "a share of " + to_text(share) + " of " + std::to_string(n) + " rows leaves one side empty",
                "Give a share between 0 and 1 and enough rows");
  }
  const auto part = [&](std::size_t begin, std::size_t end) {
    Dataset<P> rows;
    rows.conditions = rows_of(data.conditions, begin, end);
    if (data.solutions.shape(0) > 0) rows.solutions = rows_of(data.solutions, begin, end);
    if (data.weights.size() > 0) {
      rows.weights.resize({end - begin});
      std::copy(data.weights.data() + begin, data.weights.data() + end, rows.weights.data());
    }
    rows.label_tolerance = data.label_tolerance;
    return rows;
  };
  return {part(0, head), part(head, n)};
}

GDM_NAMESPACE_END
