// SPDX-License-Identifier: MIT
/// @file
/// @brief The vectors in which conditions and solutions are given, and the sense of an objective.
#pragma once

#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>

#include <gdm/core/error.hpp>

GDM_NAMESPACE_BEGIN

/// A column of `N` doubles in physical units: a condition, a solution, features or a latent.
template <int N>
using Vector = Eigen::Matrix<double, N, 1>;

/// Whether a larger or a smaller objective is better.
enum class Sense { minimize, maximize };

/// Relative gap of an objective value to the optimum: (f* - f) / |f*| when maximising, (f - f*) / |f*| when minimising.
/// At an optimum of zero nothing is relative to it, and the gap is the difference itself: 0 where the optimum is met.
[[nodiscard]] inline double relative_gap(Sense sense, double value, double optimum) noexcept {
  const double difference = sense == Sense::maximize ? optimum - value : value - optimum;
  return optimum == 0 ? difference : difference / std::abs(optimum);
}

/// The largest element; a NaN may be passed over. Eigen's own reduction draws a false warning from g++ 12 with AVX-512.
template <class Derived>
[[nodiscard]] double largest_of(const Eigen::MatrixBase<Derived>& x) noexcept {
  double best = static_cast<double>(x[0]);
  for (Eigen::Index i = 1; i < x.size(); ++i)
    best = static_cast<double>(x[i]) > best ? static_cast<double>(x[i]) : best;
  return best;
}
/// The smallest element, see `largest_of`.
template <class Derived>
[[nodiscard]] double smallest_of(const Eigen::MatrixBase<Derived>& x) noexcept {
  return -largest_of(-x);
}

/// A number as it would be typed, for messages.
[[nodiscard]] inline std::string to_text(double value) {
  std::array<char, 32> digits;  // whatever locale the host program has set
  return {digits.data(),
          std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::general, 9).ptr};
}

/// Refuses a vector that holds a NaN or an infinity.
/// @throws Error [GDM-R202] naming `where`, the index and the value.
template <class Derived>
void require_finite(const Eigen::MatrixBase<Derived>& x, std::string_view where) {
  for (Eigen::Index i = 0; i < x.size(); ++i) {
    if (!std::isfinite(x[i])) {
      throw Error(Errc::invalid_condition, where, "element " + std::to_string(i) + " is " + to_text(x[i]),
                  "Every element must be a finite number");
    }
  }
}

GDM_NAMESPACE_END
