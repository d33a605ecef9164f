// SPDX-License-Identifier: MIT
#include <gdm/autodiff/activation.hpp>

#include "../near.hpp"
#include "gradient_check.hpp"

namespace {

namespace simd = gdm::simd;

/// The functions once more, in long double and from the standard library.
long double exact(gdm::Identity, long double z) { return z; }
long double exact(gdm::Silu, long double z) { return z / (1 + std::exp(-z)); }

/// Their slopes, worked out by hand.
long double exact_slope(gdm::Identity, long double) { return 1; }
long double exact_slope(gdm::Silu, long double z) {
  const long double e = std::exp(-z);
  return (1 + e + z * e) / ((1 + e) * (1 + e));
}

template <class F, class S>
void values_agree() {
  const double tolerance = 4 * static_cast<double>(std::numeric_limits<S>::epsilon());
  const double slope_tolerance = 5 * tolerance;  // that of SiLU multiplies z by the rounding error of 1 - sigmoid(z)
  for (S z = S(-60); z <= S(60); z += S(0.13)) {
    const auto found = F::template at<S>(simd::broadcast(z));
    CAPTURE(z);
    CHECK(near(static_cast<double>(found.value[0]), static_cast<double>(exact(F{}, z)), tolerance, tolerance));
    CHECK(near(static_cast<double>(found.slope[0]), static_cast<double>(exact_slope(F{}, z)), slope_tolerance,
               tolerance));
  }
}

}  // namespace

#define ACTIVATIONS gdm::Identity, gdm::Silu

TEST_CASE_TEMPLATE("an activation and its slope are those of the textbook", F, ACTIVATIONS) {
  values_agree<F, float>();
  values_agree<F, double>();
}

TEST_CASE_TEMPLATE("an activation's slope is its derivative", F, ACTIVATIONS) {
  for (double z = -5.05; z < 5; z += 0.1) {
    const auto found = F::template at<double>(simd::broadcast(z));
    double variable = z;
    const double difference = check::difference_quotient(
        variable, [&] { return F::template at<double>(simd::broadcast(variable)).value[0]; });
    const auto dual = F::template at<check::Dual>(boost::math::differentiation::make_fvar<double, 1>(z));
    CAPTURE(z);
    CHECK(near(found.slope[0], difference, 1e-11, 1e-9));
    CHECK(near(found.slope[0], dual.value.derivative(1), 1e-15, 1e-13));
    CHECK(near(found.value[0], dual.value.derivative(0), 1e-15, 1e-13));
    CHECK(near(found.slope[0], dual.slope.derivative(0), 1e-15, 1e-13));
  }
}

TEST_CASE_TEMPLATE("an activation stays finite where its exponential would overflow", F, ACTIVATIONS) {
  for (const float z : {-1e4f, -200.0f, 200.0f, 1e4f}) {
    const auto found = F::template at<float>(simd::broadcast(z));
    CAPTURE(z);
    CHECK(std::isfinite(found.value[0]));
    CHECK(near(static_cast<double>(found.value[0]), static_cast<double>(exact(F{}, z)), 1e-6, 1e-6));
    CHECK(near(static_cast<double>(found.slope[0]), static_cast<double>(exact_slope(F{}, z)), 1e-6, 1e-6));
  }
}
