// SPDX-License-Identifier: MIT
#include <gdm/diffusion/parameterisation.hpp>

#include <doctest/doctest.h>

#include <set>

#include "../near.hpp"

namespace {

constexpr double clean = 0.7, noise = -1.9;

double noisy(double alpha_bar) { return std::sqrt(alpha_bar) * clean + std::sqrt(1 - alpha_bar) * noise; }

template <class Parameterisation>
double target(double alpha_bar) {
  const auto map = Parameterisation::target(alpha_bar);
  return map.first * clean + map.second * noise;
}

template <class Parameterisation>
double recovered(double alpha_bar, double output) {
  const auto map = Parameterisation::clean(alpha_bar);
  return map.first * noisy(alpha_bar) + map.second * output;
}

}  // namespace

TEST_CASE_TEMPLATE("a perfect prediction gives the clean latent back at every noise level", P, gdm::EpsilonPrediction,
                   gdm::VelocityPrediction, gdm::CleanPrediction) {
  static_assert(gdm::ParameterisationPolicy<P>);
  for (const double alpha_bar : {1e-5, 1e-3, 0.1, 0.5, 0.9, 0.999, 0.99999}) {
    CAPTURE(alpha_bar);
    CHECK(near(recovered<P>(alpha_bar, target<P>(alpha_bar)), clean, 4e-16 / std::sqrt(alpha_bar), 1e-15));
  }
}

TEST_CASE("targets are what their authors define") {
  for (const double alpha_bar : {1e-4, 0.3, 0.9999}) {
    const double signal = std::sqrt(alpha_bar), spread = std::sqrt(1 - alpha_bar);
    CHECK(target<gdm::EpsilonPrediction>(alpha_bar) == noise);
    CHECK(target<gdm::CleanPrediction>(alpha_bar) == clean);
    CHECK(near(target<gdm::VelocityPrediction>(alpha_bar), signal * noise - spread * clean, 1e-16, 1e-15));
    // v is the derivative of y along the circle (cos a, sin a) of signal and noise.
    const double angle = std::atan2(spread, signal), h = 1e-4;
    const auto at = [&](double a) { return std::cos(a) * clean + std::sin(a) * noise; };
    CHECK(near(target<gdm::VelocityPrediction>(alpha_bar), (at(angle + h) - at(angle - h)) / (2 * h), 1e-8, 1e-8));
  }
}

TEST_CASE("noise, velocity and clean latent turn into each other and back") {
  for (const double alpha_bar : {1e-3, 0.2, 0.8, 0.999}) {
    const double signal = std::sqrt(alpha_bar), spread = std::sqrt(1 - alpha_bar), y = noisy(alpha_bar);
    const auto noise_of = [&](double x) { return (y - signal * x) / spread; };
    const double from_epsilon = recovered<gdm::EpsilonPrediction>(alpha_bar, noise);
    const double v = signal * noise_of(from_epsilon) - spread * from_epsilon;
    const double from_velocity = recovered<gdm::VelocityPrediction>(alpha_bar, v);
    CAPTURE(alpha_bar);
    CHECK(near(from_epsilon, clean, 1e-13, 0));
    CHECK(near(v, target<gdm::VelocityPrediction>(alpha_bar), 1e-13, 0));
    CHECK(near(recovered<gdm::CleanPrediction>(alpha_bar, from_velocity), clean, 1e-13, 0));
    CHECK(near(noise_of(from_velocity), noise, 1e-12, 0));
  }
}

TEST_CASE("parameterisations have names that differ") {
  const std::set<std::string> names{gdm::EpsilonPrediction::name(), gdm::VelocityPrediction::name(),
                                    gdm::CleanPrediction::name()};
  CHECK(names.size() == 3);
}
