// SPDX-License-Identifier: MIT
#include <gdm/diffusion/schedule.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <clocale>
#include <set>

#include "../near.hpp"

namespace {

using ReferenceSchedule = gdm::CosineSchedule<20, std::ratio<84, 100>>;

static_assert(gdm::Schedule<gdm::CosineSchedule<20>> && gdm::Schedule<gdm::LinearSchedule<1000>> &&
              gdm::Schedule<gdm::SigmoidSchedule<1>>);

}  // namespace

#define SCHEDULES                                                                                          \
  gdm::CosineSchedule<1>, gdm::CosineSchedule<20>, ReferenceSchedule, gdm::CosineSchedule<1000>,           \
      gdm::LinearSchedule<1>, gdm::LinearSchedule<20>, gdm::LinearSchedule<1000>, gdm::SigmoidSchedule<1>, \
      gdm::SigmoidSchedule<20>, gdm::SigmoidSchedule<1000>

TEST_CASE("the cosine schedule has the values of Nichol and Dhariwal's Eq. 17") {
  // alpha_bar_t = f(t) / f(0) with f(t) = cos^2((t / 20 + 0.008) / 1.008 * pi / 2), worked out by hand.
  const gdm::NoiseLevels<gdm::CosineSchedule<20>> levels;
  CHECK(near(levels.alpha_bar[1], 0.9920072786842186, 0, 1e-14));
  CHECK(near(levels.alpha_bar[5], 0.8470121613269047, 0, 1e-14));
  CHECK(near(levels.alpha_bar[10], 0.49384359044063775, 0, 1e-14));
  CHECK(near(levels.alpha_bar[19], 0.0060596446214511695, 0, 1e-13));
  CHECK(near(levels.beta[5], 0.05752021666678275, 0, 1e-13));
  CHECK(near(levels.beta[19], 0.7484760913658057, 0, 1e-13));
  CHECK(near(gdm::CosineSchedule<2>::beta(1), 0.5061564095593623, 0, 1e-14));
}

TEST_CASE("the cosine schedule's last beta is capped, that of the paper's code at 0.84, and no other one") {
  const gdm::NoiseLevels<gdm::CosineSchedule<20>> levels;
  const gdm::NoiseLevels<ReferenceSchedule> reference;
  CHECK(levels.beta[20] == 0.999);
  CHECK(reference.beta[20] == 0.84);
  for (std::size_t t = 1; t < 20; ++t) CHECK(levels.beta[t] == reference.beta[t]);
  CHECK(near(reference.alpha_bar[20], 0.16 * reference.alpha_bar[19], 0, 1e-15));
}

TEST_CASE(
    "the linear schedule over 1000 steps is that of Ho et al., and shorter ones add as much noise a unit of time") {
  const gdm::NoiseLevels<gdm::LinearSchedule<1000>> levels;
  CHECK(near(levels.beta[1], 1e-4, 0, 1e-14));
  CHECK(near(levels.beta[1000], 0.02, 0, 1e-14));
  CHECK(near(levels.beta[500], 1e-4 + 499.0 / 999 * 0.0199, 0, 1e-13));
  CHECK(near(levels.alpha_bar[1000], 4.0358297653756754e-05, 0, 1e-11));
  CHECK(near(gdm::LinearSchedule<100>::beta(1), 1e-3, 0, 1e-14));
  CHECK(near(gdm::LinearSchedule<100>::beta(100), 0.2, 0, 1e-14));
  CHECK(gdm::LinearSchedule<20>::beta(20) == 0.999);  // 1.0 would leave nothing to divide by
}

TEST_CASE("the sigmoid schedule's share of signal runs through the points of Jabri et al., Algorithm 1") {
  // (sigmoid(3 - 6 t / 4) - sigmoid(-3)) / (sigmoid(3) - sigmoid(-3)) at t = 1, 2, 3.
  const gdm::NoiseLevels<gdm::SigmoidSchedule<4>> levels;
  CHECK(near(levels.alpha_bar[1], 0.850853547929667, 0, 1e-14));
  CHECK(near(levels.alpha_bar[2], 0.5, 0, 1e-14));
  CHECK(near(levels.alpha_bar[3], 0.14914645207033284, 0, 1e-14));
  CHECK(levels.beta[4] == 0.999);
}

TEST_CASE_TEMPLATE("beta lies in (0, 1), alpha_bar falls from 1 and stays positive", S, SCHEDULES) {
  const gdm::NoiseLevels<S> levels;
  CHECK(levels.alpha_bar[0] == 1);
  double product = 1;
  for (int t = 1; t <= S::steps; ++t) {
    const auto i = static_cast<std::size_t>(t);
    CAPTURE(t);
    CHECK(std::abs(levels.beta[i] - S::beta(t)) <= 1e-15);  // two copies of a formula may round differently
    CHECK(levels.beta[i] > 0);
    CHECK(levels.beta[i] < 1);
    CHECK(levels.alpha[i] == 1 - levels.beta[i]);
    product *= levels.alpha[i];
    CHECK(levels.alpha_bar[i] == product);
    CHECK(levels.alpha_bar[i] < levels.alpha_bar[i - 1]);
  }
  CHECK(product > 0);
}

TEST_CASE_TEMPLATE("the posterior is that of Bayes' rule for two normal distributions", S, SCHEDULES) {
  const gdm::NoiseLevels<S> levels;
  CHECK(levels.posterior_variance[1] == 0);
  for (std::size_t t = 2; t <= S::steps; ++t) {
    // q(y_{t-1} | y_t, y_0) ~ q(y_t | y_{t-1}) q(y_{t-1} | y_0): precisions add up.
    const double precision = levels.alpha[t] / levels.beta[t] + 1 / (1 - levels.alpha_bar[t - 1]);
    CAPTURE(t);
    CHECK(near(levels.posterior_variance[t], 1 / precision, 0, 1e-12));
    CHECK(levels.posterior_variance[t] < levels.beta[t]);
  }
}

TEST_CASE_TEMPLATE("the forward process in one jump is that in single steps", S, SCHEDULES) {
  // y_t = sqrt(alpha_t) y_{t-1} + sqrt(beta_t) noise (Eq. 8) from y_0 = 1: mean and variance of every step (Eq. 10).
  const gdm::NoiseLevels<S> levels;
  double mean = 1, variance = 0;
  for (std::size_t t = 1; t <= S::steps; ++t) {
    mean *= std::sqrt(levels.alpha[t]);
    variance = levels.alpha[t] * variance + levels.beta[t];
    CHECK(near(mean, std::sqrt(levels.alpha_bar[t]), 0, 1e-12));
    CHECK(near(variance, 1 - levels.alpha_bar[t], 1e-14, 1e-12));
  }
}

TEST_CASE("the name of a schedule is the same in a program that writes numbers with a comma") {
  CHECK(gdm::CosineSchedule<20>::name() == "cosine-20-cap-0.999000");  // as in the files of earlier versions
  CHECK(ReferenceSchedule::name() == "cosine-20-cap-0.840000");
  for (const char* const locale : {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE.utf8", "de_DE", "fr_FR", "pt_BR.UTF-8"}) {
    if (std::setlocale(LC_ALL, locale) == nullptr) continue;
    const std::string name = gdm::CosineSchedule<20>::name();
    std::setlocale(LC_ALL, "C");
    CHECK(name == "cosine-20-cap-0.999000");
    return;
  }
  MESSAGE("there is no locale with a decimal comma on this machine");
}

TEST_CASE("schedules that differ have names that differ") {
  const std::set<std::string> names{gdm::CosineSchedule<20>::name(), ReferenceSchedule::name(),
                                    gdm::CosineSchedule<21>::name(), gdm::LinearSchedule<20>::name(),
                                    gdm::SigmoidSchedule<20>::name()};
  CHECK(names.size() == 5);
}
