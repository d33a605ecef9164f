// SPDX-License-Identifier: MIT
#include <gdm/diffusion/denoise.hpp>

#include <doctest/doctest.h>

#include <Eigen/Cholesky>
#include <Eigen/LU>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <vector>

#include "../near.hpp"

namespace {

constexpr int lanes = 16;  ///< columns of a batch

/// What ReverseProcess asks of a network, without weights.
template <int N>
struct FakeNetwork {
  static constexpr int latents = N, inputs = N;
  struct Parameters {};
  template <int B>
  struct Instance {};
  template <int B>
  struct Scratch {};
};

/// Normal data N(mean, covariance).
template <int N>
struct Gaussian {
  Eigen::Matrix<double, N, 1> mean;
  Eigen::Matrix<double, N, N> covariance;
};

Gaussian<1> line() { return {Eigen::Matrix<double, 1, 1>(0.7), Eigen::Matrix<double, 1, 1>(0.3)}; }
Gaussian<3> space() {
  Gaussian<3> g;
  g.mean << 0.5, -1, 2;
  Eigen::Matrix3d root;
  root << 1.2, 0, 0, -0.5, 0.6, 0, 0.3, 0.4, 0.9;
  g.covariance = root * root.transpose();
  return g;
}

/// The best predictor of y_0 for Gaussian data: E[y_0 | y_t] = offset_t + gain_t y_t.
template <int N>
struct Denoiser {
  Eigen::Matrix<double, N, N> gain;
  Eigen::Matrix<double, N, 1> offset;

  Denoiser() = default;
  Denoiser(const Gaussian<N>& g, double alpha_bar) {
    const Eigen::Matrix<double, N, N> noisy =
        alpha_bar * g.covariance + (1 - alpha_bar) * Eigen::Matrix<double, N, N>::Identity();
    gain = std::sqrt(alpha_bar) * g.covariance * noisy.inverse();
    offset = g.mean - std::sqrt(alpha_bar) * gain * g.mean;
  }
};

/// A network whose output is the exact conditional expectation of what the parameterisation asks for.
template <int N, class Schedule, class Parameterisation>
struct ExactNetwork : FakeNetwork<N> {
  struct Tables {
    std::vector<Denoiser<N>> denoiser{static_cast<std::size_t>(Schedule::steps + 1)};
    std::vector<double> alpha_bar;
    explicit Tables(const Gaussian<N>& g) {
      const gdm::NoiseLevels<Schedule> levels;
      alpha_bar.assign(levels.alpha_bar.begin(), levels.alpha_bar.end());
      for (std::size_t t = 1; t < alpha_bar.size(); ++t) denoiser[t] = Denoiser<N>(g, alpha_bar[t]);
    }
  };

  template <bool guided, int B>
  static void predict(const typename FakeNetwork<N>::Parameters&, const Tables& tables, int t,
                      const gdm::Block<double, N, B>& y, const typename FakeNetwork<N>::template Instance<B>&, int n,
                      typename FakeNetwork<N>::template Scratch<B>&, gdm::Block<double, N, 2 * B>& out) {
    static_assert(!guided);
    const auto i = static_cast<std::size_t>(t);
    const double signal = std::sqrt(tables.alpha_bar[i]), spread = std::sqrt(1 - tables.alpha_bar[i]);
    const Denoiser<N>& d = tables.denoiser[i];
    for (int j = 0; j < n; ++j) {
      const Eigen::Map<const Eigen::Matrix<double, N, 1>> noisy(y.column(j));
      const Eigen::Matrix<double, N, 1> clean = d.offset + d.gain * noisy;
      const Eigen::Matrix<double, N, 1> noise = (noisy - signal * clean) / spread;
      Eigen::Map<Eigen::Matrix<double, N, 1>> to(out.column(j));
      if constexpr (std::is_same_v<Parameterisation, gdm::EpsilonPrediction>) to = noise;
      if constexpr (std::is_same_v<Parameterisation, gdm::VelocityPrediction>) to = signal * noise - spread * clean;
      if constexpr (std::is_same_v<Parameterisation, gdm::CleanPrediction>) to = clean;
    }
  }
};

/// Everything that a run needs, for one type of process.
template <class Network, class Schedule, class Parameterisation, class Sampler>
struct Runner {
  static constexpr int N = Network::latents;
  using Process = gdm::ReverseProcess<double, Network, Schedule, Parameterisation, Sampler>;
  using Column = Eigen::Matrix<double, N, 1>;

  typename Network::Tables tables;
  Process process;
  gdm::Block<double, N, 1> low{}, high{};
  std::unique_ptr<typename Process::template Scratch<lanes>> scratch{new typename Process::template Scratch<lanes>{}};
  typename Process::template Latents<lanes> y{};
  std::function<void(typename Process::template Latents<lanes>&)> prepare = [](auto&) {};

  explicit Runner(typename Network::Tables t) : tables(std::move(t)) {
    for (int i = 0; i < N; ++i) {
      low(i, 0) = -std::numeric_limits<double>::infinity();
      high(i, 0) = std::numeric_limits<double>::infinity();
    }
  }

  /// @param first  the step to begin at; from the latents in `y` where it is given, else from noise at step 0
  template <bool guided = false, class Observer>
  void run(std::vector<gdm::ColumnKey> keys, double omega, const Observer& observe, int first = -1) {
    for (gdm::ColumnKey& key : keys)
      if (key.latents == 0) key.latents = N;
    const typename Network::Parameters weights{};
    const typename Network::template Instance<lanes> instance{};
    process.template run<guided>(
        typename Process::Denoiser{weights, tables, low, high},
        typename Process::template Columns<lanes>{static_cast<int>(keys.size()), keys.data(), instance, *scratch, y},
        std::max(first, 0), first >= 0, omega, prepare, observe);
  }
  Column column(int j) const { return Eigen::Map<const Column>(y.column(j)); }
};

template <int N, class Schedule, class Parameterisation, class Sampler>
using GaussianRunner = Runner<ExactNetwork<N, Schedule, Parameterisation>, Schedule, Parameterisation, Sampler>;

constexpr auto unobserved = [](int, const auto&) {};

/// Mean and covariance that the updates of a sampler give exactly: with the denoiser linear, they stay normal.
/// @param first  step to begin at, from the data noised to its level; 0: from noise alone
template <int N, class Schedule, class Sampler>
Gaussian<N> push_forward(const Gaussian<N>& data, std::size_t first = 0) {
  using Square = Eigen::Matrix<double, 2 * N, 2 * N>;
  const gdm::NoiseLevels<Schedule> levels;
  Eigen::Matrix<double, 2 * N, 1> mean = Eigen::Matrix<double, 2 * N, 1>::Zero();  // of (y_t, x of the step before)
  Square covariance = Square::Zero();
  covariance.template topLeftCorner<N, N>().setIdentity();
  const auto updates = Sampler::updates(levels);
  if (first > 0) {
    const double alpha_bar = levels.alpha_bar[static_cast<std::size_t>(updates[first].t)];
    mean.template head<N>() = std::sqrt(alpha_bar) * data.mean;
    covariance.template topLeftCorner<N, N>() *= 1 - alpha_bar;
    covariance.template topLeftCorner<N, N>() += alpha_bar * data.covariance;
  }
  for (std::size_t k = first; k < updates.size(); ++k) {
    gdm::Update u = updates[k];
    if (k == first) {  // nothing was predicted before
      u.clean += u.previous;
      u.previous = 0;
    }
    const Denoiser<N> d(data, levels.alpha_bar[static_cast<std::size_t>(u.t)]);
    Square map = Square::Zero();
    const auto identity = Eigen::Matrix<double, N, N>::Identity();
    map.template topLeftCorner<N, N>() = u.clean * d.gain + u.latent * identity;
    map.template topRightCorner<N, N>() = u.previous * identity;
    map.template bottomLeftCorner<N, N>() = d.gain;
    Eigen::Matrix<double, 2 * N, 1> offset;
    offset << u.clean * d.offset, d.offset;
    mean = (map * mean + offset).eval();
    covariance = (map * covariance * map.transpose()).eval();
    covariance.template topLeftCorner<N, N>() += u.noise * u.noise * identity;
  }
  return {mean.template head<N>(), covariance.template topLeftCorner<N, N>()};
}

/// Largest |difference| of the variances and covariances, relative to the deviations.
template <int N>
double covariance_error(const Gaussian<N>& a, const Gaussian<N>& b) {
  double worst = 0;
  for (int i = 0; i < N; ++i)
    for (int j = 0; j < N; ++j)
      worst = larger_error(worst, std::abs(a.covariance(i, j) - b.covariance(i, j)) /
                                      std::sqrt(b.covariance(i, i) * b.covariance(j, j)));
  return worst;
}
template <int N>
double mean_error(const Gaussian<N>& a, const Gaussian<N>& b) {
  return ((a.mean - b.mean).array() / b.covariance.diagonal().array().sqrt()).abs().maxCoeff();
}

/// Draws `n` samples, and checks that every mean, variance and covariance lies within the interval around that of
/// `expected` that holds a right one with a probability of 99.9 % (two-sided, shared among all of them).
/// @param begin, step  fills in the latents that a run begins at, and the step; noise without
template <class R, int N>
void sample_agrees(
    R& runner, const Gaussian<N>& expected, int n, const std::function<void()>& begin = [] {}, int step = -1) {
  Eigen::Matrix<double, N, 1> sum = Eigen::Matrix<double, N, 1>::Zero();
  Eigen::Matrix<double, N, N> square = Eigen::Matrix<double, N, N>::Zero();
  std::vector<gdm::ColumnKey> keys(lanes);
  for (int first = 0; first < n; first += lanes) {
    for (std::size_t j = 0; j < lanes; ++j) keys[j] = {static_cast<std::uint64_t>(first) + j, 0};
    begin();
    runner.run(keys, 0, unobserved, step);
    for (int j = 0; j < lanes; ++j) {
      const Eigen::Matrix<double, N, 1> difference = runner.column(j) - expected.mean;
      sum += difference;
      square += difference * difference.transpose();
    }
  }
  // Bonferroni over 9 numbers: 0.001 / 9 two-sided is 3.87 standard deviations; 1 number: 3.29.
  const double deviations = N == 1 ? 3.48 : 3.87;  // mean and variance: 0.001 / 2
  const auto& c = expected.covariance;
  for (int i = 0; i < N; ++i) {
    CHECK(std::abs(sum[i] / n) <= deviations * std::sqrt(c(i, i) / n));
    for (int j = 0; j <= i; ++j) {
      const double spread = std::sqrt((c(i, i) * c(j, j) + c(i, j) * c(i, j)) / n);
      CHECK(std::abs(square(i, j) / n - c(i, j)) <= deviations * spread);
    }
  }
}

/// The process's samples have the mean and covariance of the closed form.
template <int N, class Schedule, class Parameterisation, class Sampler>
void samples_follow_push_forward(const Gaussian<N>& data, int n) {
  GaussianRunner<N, Schedule, Parameterisation, Sampler> runner{
      typename ExactNetwork<N, Schedule, Parameterisation>::Tables(data)};
  sample_agrees(runner, push_forward<N, Schedule, Sampler>(data), n);
}

}  // namespace

TEST_CASE("with the exact denoiser of Gaussian data DDPM and DDIM converge to its mean and covariance") {
  const auto check = []<int N>(const Gaussian<N>& data) {
    using Ddim = gdm::Ddim<>;
    const auto ddpm = push_forward<N, gdm::CosineSchedule<1000>, gdm::Ddpm>(data);
    const auto ddim = push_forward<N, gdm::CosineSchedule<1000>, Ddim>(data);
    CHECK(mean_error(ddpm, data) <= 1e-4);
    CHECK(covariance_error(ddpm, data) <= 0.01);
    CHECK(mean_error(ddim, data) <= 1e-3);
    CHECK(covariance_error(ddim, data) <= 0.005);
    // Of first order in the number of steps: a fifth of the steps, five times the error.
    const double coarse_ddpm = covariance_error(push_forward<N, gdm::CosineSchedule<200>, gdm::Ddpm>(data), data);
    const double coarse_ddim = covariance_error(push_forward<N, gdm::CosineSchedule<200>, Ddim>(data), data);
    CHECK(near(coarse_ddpm / covariance_error(ddpm, data), 5, 1, 0));
    CHECK(near(coarse_ddim / covariance_error(ddim, data), 5, 1, 0));
  };
  check(line());
  check(space());
}

TEST_CASE("DDIM is of first order in the number of steps, the solver of second") {
  using Schedule = gdm::CosineSchedule<1000>;
  const auto error = []<class Sampler>(std::type_identity<Sampler>) {
    return covariance_error(push_forward<1, Schedule, Sampler>(line()), line());
  };
  const double ddim = error(std::type_identity<gdm::Ddim<160>>{});
  const double solver = error(std::type_identity<gdm::DpmSolver<160>>{});
  CHECK(near(error(std::type_identity<gdm::Ddim<40>>{}) / ddim, 4, 1, 0));
  CHECK(near(error(std::type_identity<gdm::DpmSolver<40>>{}) / solver, 16, 4, 0));
  CHECK(solver < 0.2 * ddim);
}

TEST_CASE("samples have the mean and covariance of Gaussian data, within 99.9 % intervals at 20000 samples") {
  using Schedule = gdm::CosineSchedule<1000>;
  using gdm::VelocityPrediction;
  const auto data = space();
  GaussianRunner<3, Schedule, VelocityPrediction, gdm::Ddpm> ddpm{
      ExactNetwork<3, Schedule, VelocityPrediction>::Tables(data)};
  sample_agrees(ddpm, data, 20'000);
  GaussianRunner<3, Schedule, VelocityPrediction, gdm::Ddim<>> ddim{
      ExactNetwork<3, Schedule, VelocityPrediction>::Tables(data)};
  sample_agrees(ddim, data, 20'000);
}

TEST_CASE("every sampler and parameterisation has the distribution that its updates give in closed form") {
  using Cosine = gdm::CosineSchedule<50>;
  using Linear = gdm::LinearSchedule<30>;
  samples_follow_push_forward<3, Cosine, gdm::EpsilonPrediction, gdm::Ddpm>(space(), 20'000);
  samples_follow_push_forward<3, Cosine, gdm::CleanPrediction, gdm::Ddim<10, std::ratio<1, 2>>>(space(), 20'000);
  samples_follow_push_forward<3, Linear, gdm::VelocityPrediction, gdm::DpmSolver<>>(space(), 20'000);
  samples_follow_push_forward<1, Cosine, gdm::VelocityPrediction, gdm::Ddpm>(line(), 20'000);
  samples_follow_push_forward<1, Linear, gdm::EpsilonPrediction, gdm::Ddim<7>>(line(), 20'000);
}

TEST_CASE("without noise a run is the sampler's table applied step by step") {
  const auto check = []<class Sampler>(std::type_identity<Sampler>) {
    using Schedule = gdm::CosineSchedule<20>;
    using Network = ExactNetwork<3, Schedule, gdm::EpsilonPrediction>;
    GaussianRunner<3, Schedule, gdm::EpsilonPrediction, Sampler> runner{typename Network::Tables(space())};
    std::vector<Eigen::Vector3d> path;
    runner.run({{5, 2}}, 0, [&](int k, const auto& y) {
      CHECK(k == static_cast<int>(path.size()));
      path.emplace_back(y.column(0));
    });
    const gdm::NoiseLevels<Schedule> levels;
    const auto updates = Sampler::updates(levels);
    REQUIRE(path.size() == updates.size() + 1);
    Eigen::Vector3d y = path[0], before = Eigen::Vector3d::Zero();
    for (std::size_t k = 0; k < updates.size(); ++k) {
      const Denoiser<3> d(space(), levels.alpha_bar[static_cast<std::size_t>(updates[k].t)]);
      const Eigen::Vector3d x = d.offset + d.gain * y;
      y = (updates[k].clean * x + updates[k].previous * before + updates[k].latent * y).eval();
      before = x;
      CHECK((path[k + 1] - y).norm() <= 1e-11);
    }
    CHECK((runner.column(0) - y).norm() <= 1e-11);
  };
  check(std::type_identity<gdm::Ddim<>>{});
  check(std::type_identity<gdm::Ddim<5>>{});
  check(std::type_identity<gdm::DpmSolver<>>{});
  check(std::type_identity<gdm::DpmSolver<6>>{});
}

namespace {

/// The noise of each step of DDPM, recovered from the path: it must be standard normal and new in every step.
template <int N, int T>
void noise_is_standard_normal(const Gaussian<N>& data) {
  using Schedule = gdm::CosineSchedule<T>;
  using Network = ExactNetwork<N, Schedule, gdm::VelocityPrediction>;
  GaussianRunner<N, Schedule, gdm::VelocityPrediction, gdm::Ddpm> runner{typename Network::Tables(data)};
  const gdm::NoiseLevels<Schedule> levels;
  const auto updates = gdm::Ddpm::updates(levels);
  using Column = Eigen::Matrix<double, N, 1>;
  double n = 0, sum = 0, square = 0, pairs = 0, product = 0, last = 0;
  for (std::uint64_t seed = 0; seed < 64; ++seed) {
    std::vector<Column> path;
    runner.run({{seed, 0}}, 0, [&](int, const auto& y) { path.emplace_back(Column(y.column(0))); });
    Column before = path[0];  // pure noise too
    for (std::size_t k = 0; k + 1 < updates.size(); ++k) {
      const Denoiser<N> d(data, levels.alpha_bar[static_cast<std::size_t>(updates[k].t)]);
      const Column expected = updates[k].clean * (d.offset + d.gain * path[k]) + updates[k].latent * path[k];
      const Column noise = (path[k + 1] - expected) / updates[k].noise;
      for (int i = 0; i < N; ++i) {
        n += 1;
        sum += noise[i];
        square += noise[i] * noise[i];
      }
      pairs += N;
      product += noise.dot(before);
      before = noise;
    }
    const Denoiser<N> d(data, levels.alpha_bar[1]);  // the last update adds none
    last = std::max(last, (path.back() - d.offset - d.gain * path[updates.size() - 1]).norm());
  }
  CHECK(std::abs(sum / std::sqrt(n)) <= 3.9);  // 1e-4 two-sided
  CHECK(std::abs(square / n - 1) * std::sqrt(n / 2) <= 3.9);
  CHECK(std::abs(product / std::sqrt(pairs)) <= 3.9);
  CHECK(last <= 1e-12);
}

}  // namespace

TEST_CASE("the noise is standard normal and new in every step, whether drawn in one go or step by step") {
  noise_is_standard_normal<3, 100>(space());  // 300 numbers: in one go
  noise_is_standard_normal<3, 300>(space());  // 900 numbers: step by step
  noise_is_standard_normal<1, 20>(line());
}

TEST_CASE("defect 2 of the reference: a column's path depends on its own key alone, not on its neighbours") {
  using Schedule = gdm::CosineSchedule<20>;
  const auto check = []<class Sampler>(std::type_identity<Sampler>) {
    using Network = ExactNetwork<3, Schedule, gdm::EpsilonPrediction>;
    GaussianRunner<3, Schedule, gdm::EpsilonPrediction, Sampler> runner{typename Network::Tables(space())};
    std::vector<gdm::ColumnKey> keys;
    for (std::uint32_t j = 0; j < lanes; ++j) keys.push_back({j / 2, j % 2});
    runner.run(keys, 0, unobserved);
    std::vector<Eigen::Vector3d> together;
    for (int j = 0; j < lanes; ++j) together.push_back(runner.column(j));
    for (std::size_t n = 1; n <= lanes; ++n) {
      std::vector<gdm::ColumnKey> some;
      for (std::size_t j = 0; j < n; ++j) some.push_back(keys[(5 * j + 3) % lanes]);
      runner.run(some, 0, unobserved);
      for (std::size_t j = 0; j < n; ++j) CHECK(runner.column(static_cast<int>(j)) == together[(5 * j + 3) % lanes]);
    }
    for (int j = 1; j < lanes; ++j) CHECK(together[0] != together[static_cast<std::size_t>(j)]);
  };
  check(std::type_identity<gdm::Ddpm>{});
  check(std::type_identity<gdm::PaperDdpm>{});
  check(std::type_identity<gdm::Ddim<6, std::ratio<1, 2>>>{});
  check(std::type_identity<gdm::DpmSolver<>>{});
}

TEST_CASE("the paper's sampler normalises each column over its own elements in the first five updates, and no later") {
  using Schedule = gdm::CosineSchedule<20, std::ratio<84, 100>>;
  using Network = ExactNetwork<3, Schedule, gdm::EpsilonPrediction>;
  GaussianRunner<3, Schedule, gdm::EpsilonPrediction, gdm::PaperDdpm> runner{Network::Tables(space())};
  runner.run({{1, 0}, {2, 0}, {3, 0}}, 0, [&](int k, const auto& y) {
    for (int j = 0; j < 3; ++j) {
      const Eigen::Vector3d column(y.column(j));
      const double mean = column.mean(), variance = (column.array() - mean).square().mean();
      const bool normalised = std::abs(mean) <= 1e-14 && std::abs(variance - 1) <= 1e-14;
      CHECK(normalised == (k >= 1 && k <= 5));
    }
  });
  using Line = ExactNetwork<1, Schedule, gdm::EpsilonPrediction>;  // one number alone has no variance
  GaussianRunner<1, Schedule, gdm::EpsilonPrediction, gdm::PaperDdpm> single{Line::Tables(line())};
  single.run({{1, 0}}, 0, [](int, const auto& y) { CHECK(y(0, 0) != 0); });
}

namespace {

/// Predicts the clean latents `with` and, in the unconditional half, `without`; counts the columns it evaluated.
struct ConstantNetwork : FakeNetwork<2> {
  struct Tables {
    double with, without;
    int* evaluated;
  };
  template <bool guided, int B>
  static void predict(const Parameters&, const Tables& tables, int, const gdm::Block<double, 2, B>&, const Instance<B>&,
                      int n, Scratch<B>&, gdm::Block<double, 2, 2 * B>& out) {
    *tables.evaluated += guided ? 2 * n : n;
    for (int j = 0; j < n; ++j) {
      for (int i = 0; i < 2; ++i) {
        out(i, j) = tables.with + j + i;
        if (guided) out(i, n + j) = tables.without - j;
      }
    }
  }
};

}  // namespace

TEST_CASE("guidance is Eq. 12 with its (1 + omega) convention") {
  int evaluated = 0;
  Runner<ConstantNetwork, gdm::CosineSchedule<1>, gdm::CleanPrediction, gdm::Ddpm> runner{
      ConstantNetwork::Tables{3, -2, &evaluated}};
  for (const double omega : {0.0, 0.5, 1.0, 500.0}) {
    runner.run<true>({{1, 0}, {2, 0}, {3, 0}}, omega, unobserved);
    for (int j = 0; j < 3; ++j)
      for (int i = 0; i < 2; ++i)
        CHECK(near(runner.y(i, j), (1 + omega) * (3 + j + i) - omega * (-2 - j), 1e-12, 1e-13));
  }
}

TEST_CASE("without guidance the unconditional half is not evaluated") {
  int evaluated = 0;
  Runner<ConstantNetwork, gdm::CosineSchedule<5>, gdm::CleanPrediction, gdm::Ddpm> runner{
      ConstantNetwork::Tables{3, -2, &evaluated}};
  runner.run<false>({{1, 0}, {2, 0}, {3, 0}}, 0, unobserved);
  CHECK(evaluated == 5 * 3);
  evaluated = 0;
  runner.run<true>({{1, 0}, {2, 0}, {3, 0}}, 1, unobserved);
  CHECK(evaluated == 5 * 6);
}

TEST_CASE("clean predictions are clamped to the range of the training data") {
  int evaluated = 0;
  Runner<ConstantNetwork, gdm::CosineSchedule<4>, gdm::CleanPrediction, gdm::Ddpm> runner{
      ConstantNetwork::Tables{100, -100, &evaluated}};
  runner.low(0, 0) = -1;
  runner.high(0, 0) = 2;
  runner.run<true>({{1, 0}}, 3, unobserved);
  CHECK(near(runner.y(0, 0), 2, 1e-13, 0));
  CHECK(near(runner.y(1, 0), 4 * 101.0 + 3 * 100, 1e-9, 0));  // the second element has no limits
  runner.tables = {-100, 100, &evaluated};
  runner.run<true>({{1, 0}}, 3, unobserved);
  CHECK(near(runner.y(0, 0), -1, 1e-13, 0));
}

TEST_CASE("the paper's sampler does not clamp, and does not normalise a latent of two numbers") {
  int evaluated = 0;
  Runner<ConstantNetwork, gdm::CosineSchedule<4>, gdm::CleanPrediction, gdm::PaperDdpm> runner{
      ConstantNetwork::Tables{100, -100, &evaluated}};
  for (int i = 0; i < 2; ++i) {
    runner.low(i, 0) = -1;
    runner.high(i, 0) = 2;
  }
  runner.run<true>({{1, 0}}, 3, [](int k, const auto& y) { CHECK((k == 0 || std::abs(y(0, 0) + y(1, 0)) > 1)); });
  CHECK(near(runner.y(0, 0), 4 * 100.0 + 3 * 100, 1e-9, 0));
  CHECK(near(runner.y(1, 0), 4 * 101.0 + 3 * 100, 1e-9, 0));
}

namespace {

/// A sampler of a user's, which leaves predictions as they are.
struct Unclamped : gdm::Ddim<4> {
  static constexpr bool clips = false;
};

}  // namespace

TEST_CASE("whether the clean latent is clamped is the sampler's choice") {
  int evaluated = 0;
  const auto answer = [&](auto sampler) {
    Runner<ConstantNetwork, gdm::CosineSchedule<4>, gdm::CleanPrediction, decltype(sampler)> runner{
        ConstantNetwork::Tables{100, -100, &evaluated}};
    runner.low(0, 0) = -1;
    runner.high(0, 0) = 2;
    runner.run({{1, 0}}, 0, unobserved);
    return runner.y(0, 0);
  };
  CHECK(near(answer(Unclamped{}), 100, 1e-12, 0));
  CHECK(near(answer(gdm::Ddim<4>{}), 2, 1e-13, 0));
}

TEST_CASE("from a given latent a run noises it to the level of its first step, and goes on by the table from there") {
  const auto check = []<class Sampler>(std::type_identity<Sampler>) {
    using Schedule = gdm::CosineSchedule<20>;
    using Network = ExactNetwork<3, Schedule, gdm::EpsilonPrediction>;
    GaussianRunner<3, Schedule, gdm::EpsilonPrediction, Sampler> runner{typename Network::Tables(space())};
    Eigen::Vector3d noise;
    runner.run({{5, 2}}, 0, [&](int k, const auto& y) {
      if (k == 0) noise = Eigen::Vector3d(y.column(0));
    });
    const gdm::NoiseLevels<Schedule> levels;
    const auto updates = Sampler::updates(levels);
    const Eigen::Vector3d given(0.3, -2, 1.5);
    for (int first = 0; first < static_cast<int>(updates.size()); ++first) {
      CAPTURE(first);
      Eigen::Map<Eigen::Vector3d>(runner.y.column(0)) = given;
      std::vector<Eigen::Vector3d> path;
      runner.run(
          {{5, 2}}, 0,
          [&](int k, const auto& y) {
            CHECK(k == first + static_cast<int>(path.size()));
            path.emplace_back(y.column(0));
          },
          first);
      REQUIRE(path.size() == updates.size() + 1 - static_cast<std::size_t>(first));
      const double alpha_bar = levels.alpha_bar[static_cast<std::size_t>(updates[static_cast<std::size_t>(first)].t)];
      Eigen::Vector3d y = std::sqrt(alpha_bar) * given + std::sqrt(1 - alpha_bar) * noise;
      Eigen::Vector3d before;
      CHECK((path[0] - y).norm() <= 1e-14);
      for (std::size_t k = static_cast<std::size_t>(first); k < updates.size(); ++k) {
        const Denoiser<3> d(space(), levels.alpha_bar[static_cast<std::size_t>(updates[k].t)]);
        const Eigen::Vector3d x = d.offset + d.gain * y;
        if (k == static_cast<std::size_t>(first)) before = x;  // of first order: there is none before it
        y = (updates[k].clean * x + updates[k].previous * before + updates[k].latent * y).eval();
        before = x;
        CHECK((path[k + 1 - static_cast<std::size_t>(first)] - y).norm() <= 1e-11);
      }
    }
  };
  check(std::type_identity<gdm::Ddim<>>{});
  check(std::type_identity<gdm::Ddim<5>>{});
  check(std::type_identity<gdm::DpmSolver<>>{});
  check(std::type_identity<gdm::DpmSolver<6>>{});
}

TEST_CASE("the solver's first step is that of DDIM wherever it begins: it extrapolates from no prediction never made") {
  using Schedule = gdm::CosineSchedule<20>;
  const auto second = [](auto sampler, int first) {  // the latent after the first step
    using Network = ExactNetwork<3, Schedule, gdm::VelocityPrediction>;
    GaussianRunner<3, Schedule, gdm::VelocityPrediction, decltype(sampler)> runner{Network::Tables(space())};
    Eigen::Map<Eigen::Vector3d>(runner.y.column(0)) = Eigen::Vector3d(0.3, -2, 1.5);
    Eigen::Vector3d after;
    runner.run(
        {{5, 2}}, 0,
        [&](int k, const auto& y) {
          if (k == first + 1) after = Eigen::Vector3d(y.column(0));
        },
        first);
    return after;
  };
  for (int first = 0; first < 6; ++first)
    CHECK((second(gdm::DpmSolver<6>{}, first) - second(gdm::Ddim<6>{}, first)).norm() <= 1e-12);
}

TEST_CASE("data that are noised to any level and denoised again have the distribution of the updates from there") {
  using Schedule = gdm::CosineSchedule<50>;
  const Gaussian<3> data = space();
  const Eigen::Matrix3d root = data.covariance.llt().matrixL();
  const auto check = [&]<class Sampler>(std::type_identity<Sampler>) {
    using Network = ExactNetwork<3, Schedule, gdm::VelocityPrediction>;
    for (const int step : {1, 4, 8}) {
      GaussianRunner<3, Schedule, gdm::VelocityPrediction, Sampler> runner{typename Network::Tables(data)};
      gdm::RandomStream random(7);
      const auto begin = [&] {
        for (int j = 0; j < lanes; ++j) {
          Eigen::Vector3d draw;
          for (double& v : draw) v = random.normal();
          Eigen::Map<Eigen::Vector3d>(runner.y.column(j)) = data.mean + root * draw;
        }
      };
      CAPTURE(step);
      sample_agrees(runner, push_forward<3, Schedule, Sampler>(data, static_cast<std::size_t>(step)), 20'000, begin,
                    step);
    }
  };
  check(std::type_identity<gdm::Ddpm>{});
  check(std::type_identity<gdm::DpmSolver<10>>{});
}

TEST_CASE("the step of a level is the earliest that is not noisier, or the last one") {
  const auto check = []<class Sampler>(std::type_identity<Sampler>) {
    using Schedule = gdm::CosineSchedule<20>;
    const typename GaussianRunner<1, Schedule, gdm::VelocityPrediction, Sampler>::Process process;
    const auto updates = Sampler::updates(gdm::NoiseLevels<Schedule>());
    for (int percent = 1; percent <= 100; ++percent) {
      const auto quiet = [&](const gdm::Update& u) { return 100 * u.t <= 20 * percent; };
      const auto found = std::find_if(updates.begin(), updates.end(), quiet);
      const auto expected = std::min<std::ptrdiff_t>(found - updates.begin(), std::ssize(updates) - 1);
      CAPTURE(percent);
      CHECK(process.step_at(percent / 100.0) == expected);
    }
  };
  check(std::type_identity<gdm::Ddpm>{});
  check(std::type_identity<gdm::Ddim<5>>{});
  check(std::type_identity<gdm::DpmSolver<3>>{});
  check(std::type_identity<gdm::Ddim<1>>{});
}

namespace {

/// Reads two numbers behind the latents, which a problem computes from the noisy latents before every step.
struct SteppedNetwork : FakeNetwork<2> {
  static constexpr int inputs = 4;
  struct Tables {
    int* steps;
  };
  template <bool guided, int B>
  static void predict(const Parameters&, const Tables& tables, int, const gdm::Block<double, 4, B>& y,
                      const Instance<B>&, int n, Scratch<B>&, gdm::Block<double, 2, 2 * B>& out) {
    ++*tables.steps;
    for (int j = 0; j < n; ++j)
      for (int i = 0; i < 2; ++i) {
        CHECK(y(2 + i, j) == 10 * y(i, j) + *tables.steps);
        out(i, j) = std::tanh(y(i, j));
      }
  }
};

}  // namespace

TEST_CASE("step features are computed from the latents before every step, and stay out of the update") {
  int steps = 0, prepared = 0;
  Runner<SteppedNetwork, gdm::CosineSchedule<6>, gdm::CleanPrediction, gdm::Ddpm> runner{
      SteppedNetwork::Tables{&steps}};
  runner.prepare = [&](auto& y) {
    ++prepared;
    for (int j = 0; j < 3; ++j)
      for (int i = 0; i < 2; ++i) y(2 + i, j) = 10 * y(i, j) + prepared;
  };
  runner.run({{1, 0}, {2, 0}, {3, 0}}, 0, [&](int k, const auto&) { CHECK(k == prepared); });
  CHECK(prepared == 6);
  CHECK(steps == 6);
}

TEST_CASE("latents of absent tokens stay zero, and the others have the bits of a process without them") {
  using Schedule = gdm::CosineSchedule<20>;
  const auto check = []<class Sampler>(std::type_identity<Sampler>) {
    using Large = ExactNetwork<3, Schedule, gdm::CleanPrediction>;
    using Small = ExactNetwork<1, Schedule, gdm::CleanPrediction>;
    Gaussian<3> independent;  // so that the first number's prediction is that of the number alone
    independent.mean << 0.7, 0, 0;
    independent.covariance = Eigen::Vector3d(0.3, 1, 1).asDiagonal();
    GaussianRunner<3, Schedule, gdm::CleanPrediction, Sampler> large{typename Large::Tables(independent)};
    GaussianRunner<1, Schedule, gdm::CleanPrediction, Sampler> small{typename Small::Tables(line())};
    for (std::size_t t = 1; t < small.tables.denoiser.size(); ++t) {
      large.tables.denoiser[t].gain.setZero();
      large.tables.denoiser[t].gain(0, 0) = small.tables.denoiser[t].gain(0, 0);
      large.tables.denoiser[t].offset << small.tables.denoiser[t].offset[0], 0, 0;
    }
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
      large.run({{seed, 1, 1}, {seed, 2, 3}}, 0, [](int k, const auto& y) {
        CHECK(y(1, 0) == 0);
        CHECK(y(2, 0) == 0);
        CHECK((k > 0 || y(1, 1) != 0));
      });
      small.run({{seed, 1}}, 0, unobserved);
      CHECK(near(large.y(0, 0), small.y(0, 0), 1e-14, 0));
    }
  };
  check(std::type_identity<gdm::Ddpm>{});
  check(std::type_identity<gdm::Ddim<5, std::ratio<1, 2>>>{});
  check(std::type_identity<gdm::DpmSolver<4>>{});
}
