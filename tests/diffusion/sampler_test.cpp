// SPDX-License-Identifier: MIT
#include <gdm/diffusion/sampler.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

#include "../near.hpp"

namespace {

using ReferenceSchedule = gdm::CosineSchedule<20, std::ratio<84, 100>>;

template <class Sampler, class Schedule>
auto updates_of() {
  return Sampler::updates(gdm::NoiseLevels<Schedule>());
}

/// Where update k leads to: the step of the next one, 0 after the last.
template <class Table>
std::size_t next_step(const Table& table, std::size_t k) {
  return k + 1 < table.size() ? static_cast<std::size_t>(table[k + 1].t) : 0;
}

void same(const gdm::Update& a, const gdm::Update& b, double tolerance) {
  CHECK(a.t == b.t);
  CHECK(near(a.clean, b.clean, tolerance, tolerance));
  CHECK(near(a.previous, b.previous, tolerance, tolerance));
  CHECK(near(a.latent, b.latent, tolerance, tolerance));
  CHECK(near(a.noise, b.noise, tolerance, tolerance));
}

/// Steps fall from T and the last update returns the clean latent.
template <class Sampler, class Schedule>
void well_formed(std::size_t steps) {
  const auto table = updates_of<Sampler, Schedule>();
  static_assert(gdm::SamplerPolicy<Sampler>);
  CHECK(table.size() == steps);
  CHECK(table.size() == static_cast<std::size_t>(Sampler::steps(Schedule::steps)));
  CHECK(table.front().t == Schedule::steps);
  CHECK(table.front().previous == 0);
  for (std::size_t k = 0; k < table.size(); ++k) {
    CHECK(table[k].t > static_cast<int>(next_step(table, k)));
    if (!Sampler::stochastic) CHECK(table[k].noise == 0);
  }
  CHECK(near(table.back().clean, 1, 1e-12, 0));
  CHECK(near(table.back().latent, 0, 1e-12, 0));
  CHECK(table.back().previous == 0);
  CHECK(table.back().noise == 0);
}

}  // namespace

#define SCHEDULES gdm::CosineSchedule<20>, ReferenceSchedule, gdm::LinearSchedule<100>, gdm::SigmoidSchedule<7>

TEST_CASE("every sampler goes down from the last step and ends at the clean latent") {
  using Twenty = gdm::CosineSchedule<20>;
  well_formed<gdm::Ddpm, Twenty>(20);
  well_formed<gdm::PaperDdpm, Twenty>(20);
  well_formed<gdm::Ddim<>, Twenty>(20);
  well_formed<gdm::Ddim<0, std::ratio<1>>, Twenty>(20);
  well_formed<gdm::Ddim<1>, Twenty>(1);
  well_formed<gdm::Ddim<2>, Twenty>(2);
  well_formed<gdm::Ddim<7, std::ratio<1, 2>>, Twenty>(7);
  well_formed<gdm::DpmSolver<>, Twenty>(20);
  well_formed<gdm::DpmSolver<1>, Twenty>(1);
  well_formed<gdm::DpmSolver<19>, Twenty>(19);
  well_formed<gdm::Ddpm, gdm::CosineSchedule<1>>(1);
  well_formed<gdm::Ddim<>, gdm::LinearSchedule<1>>(1);
  well_formed<gdm::DpmSolver<>, gdm::SigmoidSchedule<1>>(1);
}

TEST_CASE("a few steps are spread evenly over all of them") {
  const auto table = updates_of<gdm::Ddim<4>, gdm::CosineSchedule<100>>();
  CHECK(table[0].t == 100);
  CHECK(table[1].t == 67);
  CHECK(table[2].t == 34);
  CHECK(table[3].t == 1);
  const auto rounded = updates_of<gdm::Ddim<4>, gdm::CosineSchedule<20>>();  // thirds of 19 steps, to the nearest
  CHECK(rounded[0].t == 20);
  CHECK(rounded[1].t == 14);
  CHECK(rounded[2].t == 7);
  CHECK(rounded[3].t == 1);
}

TEST_CASE_TEMPLATE("a DDPM update is the mean of Algorithm 2 with the posterior's deviation", Schedule, SCHEDULES) {
  const gdm::NoiseLevels<Schedule> levels;
  const auto table = updates_of<gdm::Ddpm, Schedule>();
  for (const gdm::Update& u : table) {
    const auto t = static_cast<std::size_t>(u.t);
    // (y - beta / sqrt(1 - alpha_bar) eps) / sqrt(alpha), with x = (y - sqrt(1 - alpha_bar) eps) / sqrt(alpha_bar).
    const double signal = std::sqrt(levels.alpha_bar[t]), spread = std::sqrt(1 - levels.alpha_bar[t]);
    const double by_latent = u.clean / signal + u.latent, by_epsilon = -u.clean * spread / signal;
    CAPTURE(u.t);
    CHECK(near(by_latent, 1 / std::sqrt(levels.alpha[t]), 0, 1e-11));
    CHECK(near(by_epsilon, -levels.beta[t] / (std::sqrt(levels.alpha[t]) * spread), 0, 1e-11));
    CHECK(near(u.noise * u.noise, levels.posterior_variance[t], 1e-16, 1e-14));
    CHECK(u.previous == 0);
  }
}

TEST_CASE_TEMPLATE("a DDPM update keeps the forward process's distribution when the clean latent is known", Schedule,
                   SCHEDULES) {
  const gdm::NoiseLevels<Schedule> levels;
  for (const gdm::Update& u : updates_of<gdm::Ddpm, Schedule>()) {
    const auto t = static_cast<std::size_t>(u.t);
    const double mean = u.clean + u.latent * std::sqrt(levels.alpha_bar[t]);  // of y_{t-1} for y_0 = 1
    const double variance = u.latent * u.latent * (1 - levels.alpha_bar[t]) + u.noise * u.noise;
    CHECK(near(mean, std::sqrt(levels.alpha_bar[t - 1]), 0, 1e-12));
    CHECK(near(variance, 1 - levels.alpha_bar[t - 1], 1e-14, 1e-12));
  }
}

TEST_CASE("defect 1 of the reference: the noise factor of the paper's Eq. 13 is 1.1 to 3.8 times too large") {
  const gdm::NoiseLevels<ReferenceSchedule> levels;
  const auto paper = updates_of<gdm::PaperDdpm, ReferenceSchedule>();
  const auto ddpm = updates_of<gdm::Ddpm, ReferenceSchedule>();
  double smallest = 1e9, largest = 0;
  for (std::size_t k = 0; k < paper.size(); ++k) {
    const auto t = static_cast<std::size_t>(paper[k].t);
    auto without_noise = paper[k];
    without_noise.noise = ddpm[k].noise;
    same(without_noise, ddpm[k], 0);
    if (t == 1) {
      CHECK(paper[k].noise == 0);
      continue;
    }
    const double factor = (1 - levels.alpha_bar[t - 1]) / (1 - levels.alpha_bar[t]);
    CHECK(near(paper[k].noise, factor, 0, 1e-15));
    CHECK(near(ddpm[k].noise, std::sqrt(factor * levels.beta[t]), 0, 1e-14));
    smallest = std::min(smallest, paper[k].noise / ddpm[k].noise);
    largest = std::max(largest, paper[k].noise / ddpm[k].noise);
  }
  CHECK(smallest > 1.05);
  CHECK(smallest < 1.15);
  CHECK(largest > 3.7);
  CHECK(largest < 3.85);
  CHECK(gdm::PaperDdpm::normalised_steps == 5);
  CHECK(gdm::Ddpm::normalised_steps == 0);
}

TEST_CASE_TEMPLATE("DDIM with eta = 1 and all steps is DDPM", Schedule, SCHEDULES) {
  const auto ddim = updates_of<gdm::Ddim<0, std::ratio<1>>, Schedule>();
  const auto ddpm = updates_of<gdm::Ddpm, Schedule>();
  for (std::size_t k = 0; k < ddpm.size(); ++k) same(ddim[k], ddpm[k], 1e-11);
}

TEST_CASE_TEMPLATE("DDIM keeps the forward process's distribution for any number of steps and any eta", Sampler,
                   gdm::Ddim<>, gdm::Ddim<6>, gdm::Ddim<0, std::ratio<1, 3>>, gdm::Ddim<6, std::ratio<1, 2>>,
                   gdm::Ddim<11, std::ratio<1>>) {
  const gdm::NoiseLevels<ReferenceSchedule> levels;
  const auto table = updates_of<Sampler, ReferenceSchedule>();
  for (std::size_t k = 0; k < table.size(); ++k) {
    const gdm::Update& u = table[k];
    const double from = levels.alpha_bar[static_cast<std::size_t>(u.t)], to = levels.alpha_bar[next_step(table, k)];
    CHECK(near(u.clean + u.latent * std::sqrt(from), std::sqrt(to), 0, 1e-12));
    CHECK(near(u.latent * u.latent * (1 - from) + u.noise * u.noise, 1 - to, 1e-14, 1e-12));
    const double ancestral = std::sqrt((1 - to) / (1 - from)) * std::sqrt(1 - from / to);  // Song et al., Eq. 16
    CHECK(near(u.noise, Sampler::eta * ancestral, 1e-15, 1e-14));
  }
  CHECK(Sampler::stochastic == (Sampler::eta > 0));
}

TEST_CASE_TEMPLATE("the solver's first step is a DDIM step, and one step is the clean prediction", Schedule,
                   SCHEDULES) {
  same(updates_of<gdm::DpmSolver<>, Schedule>().front(), updates_of<gdm::Ddim<>, Schedule>().front(), 1e-13);
  same(updates_of<gdm::DpmSolver<3>, Schedule>().front(), updates_of<gdm::Ddim<3>, Schedule>().front(), 1e-13);
  same(updates_of<gdm::DpmSolver<1>, Schedule>().front(), updates_of<gdm::Ddim<1>, Schedule>().front(), 1e-12);
}

TEST_CASE_TEMPLATE("the solver's later steps are those of DPM-Solver++ (2M), Algorithm 2", Sampler, gdm::DpmSolver<>,
                   gdm::DpmSolver<5>) {
  const gdm::NoiseLevels<ReferenceSchedule> levels;
  const auto table = updates_of<Sampler, ReferenceSchedule>();
  const auto alpha = [&](std::size_t t) { return std::sqrt(levels.alpha_bar[t]); };
  const auto sigma = [&](std::size_t t) { return std::sqrt(1 - levels.alpha_bar[t]); };
  const auto lambda = [&](std::size_t t) { return std::log(alpha(t) / sigma(t)); };
  for (std::size_t k = 1; k + 1 < table.size(); ++k) {
    const auto before = static_cast<std::size_t>(table[k - 1].t), t = static_cast<std::size_t>(table[k].t),
               s = next_step(table, k);
    const double h = lambda(s) - lambda(t), r = (lambda(t) - lambda(before)) / h;
    const double x = 1.3, x_before = -0.4, y = 0.8;
    const double extrapolated = (1 + 1 / (2 * r)) * x - 1 / (2 * r) * x_before;
    const double expected = sigma(s) / sigma(t) * y - alpha(s) * (std::exp(-h) - 1) * extrapolated;
    CAPTURE(t);
    CHECK(near(table[k].clean * x + table[k].previous * x_before + table[k].latent * y, expected, 1e-13, 1e-12));
    // A clean latent that does not change moves along the forward process's mean and deviation.
    CHECK(near(table[k].clean + table[k].previous + table[k].latent * alpha(t), alpha(s), 1e-13, 1e-12));
  }
}

TEST_CASE("samplers that differ have names that differ") {
  const std::set<std::string> names{gdm::Ddpm::name(),        gdm::PaperDdpm::name(),
                                    gdm::Ddim<>::name(),      gdm::Ddim<5>::name(),
                                    gdm::DpmSolver<>::name(), gdm::Ddim<5, std::ratio<1, 2>>::name(),
                                    gdm::DpmSolver<5>::name()};
  CHECK(names.size() == 7);
}
