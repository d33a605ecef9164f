// SPDX-License-Identifier: MIT
/// @file
/// @brief What the network predicts: the noise, the velocity or the clean latent. Each is linear in the others.
#pragma once

#include <cmath>
#include <concepts>
#include <string>
#include <type_traits>

#include <gdm/core/config.hpp>

GDM_NAMESPACE_BEGIN

struct parameterisation_tag {};

/// A parameterisation is a type with two linear maps at the level alpha_bar, where
/// y_t = sqrt(alpha_bar) y_0 + sqrt(1 - alpha_bar) epsilon (Eq. 10):
/// | requirement                            | meaning                                                      |
/// |----------------------------------------|--------------------------------------------------------------|
/// | `LinearMap target(double alpha_bar)`   | training target = first * y_0 + second * epsilon             |
/// | `LinearMap clean(double alpha_bar)`    | predicted y_0 = first * y_t + second * network output        |
/// | `std::string name()`                   | written into model files                                     |
/// and derives from `gdm::parameterisation_tag`. One that lacks something is GDM-S63.
template <class D>
concept ParameterisationPolicy = std::is_base_of_v<parameterisation_tag, D>;

struct LinearMap {
  double first;
  double second;
};

namespace detail {
template <class D>
concept complete_parameterisation = requires(double alpha_bar) {
  { D::target(alpha_bar) } -> std::convertible_to<LinearMap>;
  { D::clean(alpha_bar) } -> std::convertible_to<LinearMap>;
  { D::name() } -> std::convertible_to<std::string>;
};
}  // namespace detail

/// The network predicts the noise epsilon (Eq. 14; Ho et al. 2020).
struct EpsilonPrediction : parameterisation_tag {
  static LinearMap target(double) { return {0, 1}; }
  static LinearMap clean(double alpha_bar) {
    return {1 / std::sqrt(alpha_bar), -std::sqrt((1 - alpha_bar) / alpha_bar)};
  }
  static std::string name() { return "epsilon"; }
};

/// The network predicts v = sqrt(alpha_bar) epsilon - sqrt(1 - alpha_bar) y_0 (Salimans & Ho 2022, Section 4).
struct VelocityPrediction : parameterisation_tag {
  static LinearMap target(double alpha_bar) { return {-std::sqrt(1 - alpha_bar), std::sqrt(alpha_bar)}; }
  static LinearMap clean(double alpha_bar) { return {std::sqrt(alpha_bar), -std::sqrt(1 - alpha_bar)}; }
  static std::string name() { return "velocity"; }
};

/// The network predicts the clean latent y_0.
struct CleanPrediction : parameterisation_tag {
  static LinearMap target(double) { return {1, 0}; }
  static LinearMap clean(double) { return {0, 1}; }
  static std::string name() { return "clean"; }
};

GDM_NAMESPACE_END
