// SPDX-License-Identifier: MIT
/// @file
/// @brief Policies whose settings are chosen at run time, for sweeps that would otherwise be one program each.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <numbers>

#include <gdm/optimizer.hpp>

#include "lab.hpp"
#include "model_makers.hpp"

namespace paper {

/// The cosine schedule of Lab::T levels, each repeated over 100 / T slots: uniform over slots is uniform over levels.
struct AnySchedule : gdm::schedule_tag {
  static constexpr int steps = Lab::slots;
  static double beta(int t) {
    if ((t - 1) % (steps / Lab::T) != 0) return 0;
    const auto alpha_bar = [](int k) {
      const double c = std::cos((double(k) / Lab::T + 0.008) / 1.008 * (std::numbers::pi / 2));
      return c * c;
    };
    const int k = Lab::level(t);
    return std::min(1 - alpha_bar(k) / alpha_bar(k - 1), 0.999);
  }
  static std::string name() { return "any-cosine"; }
};

/// DDPM, DDIM or DPM-Solver++(2M) over the levels; the slots before the first update leave the latent alone.
struct AnySampler : gdm::sampler_tag {
  static constexpr bool stochastic = true;
  static constexpr int normalised_steps = 0;
  static constexpr int steps(int slots) { return slots; }
  static std::string name() { return "any"; }

  template <class Sched>
  static auto updates(const gdm::NoiseLevels<Sched>& levels) {
    std::array<gdm::Update, Sched::steps> table;
    table.fill({1, 0, 0, 1, 0});
    const auto alpha_bar = [&](int level) {
      return levels.alpha_bar[static_cast<std::size_t>(level == 0 ? 0 : Lab::slot(level))];
    };
    const bool ancestral = Lab::sampler == SamplerKind::ddpm;
    const int count = ancestral || Lab::updates == 0 ? Lab::T : Lab::updates;
    double last = 0;
    for (int k = 0; k < count; ++k) {
      const int t = gdm::detail::spaced_step(k, count, Lab::T), s = gdm::detail::spaced_step(k + 1, count, Lab::T);
      gdm::Update u{};
      if (Lab::sampler == SamplerKind::dpm && s > 0) {
        const auto log_snr = [&](int level) { return 0.5 * std::log(alpha_bar(level) / (1 - alpha_bar(level))); };
        const double h = log_snr(s) - log_snr(t);
        const double gain = -std::sqrt(alpha_bar(s)) * std::expm1(-h), extrapolate = k == 0 ? 0.0 : h / (2 * last);
        u = {t, gain * (1 + extrapolate), -gain * extrapolate, std::sqrt((1 - alpha_bar(s)) / (1 - alpha_bar(t))), 0};
        last = h;
      } else {
        const double variance = ancestral || Lab::sampler == SamplerKind::noisy_ddim
                                    ? (1 - alpha_bar(s)) / (1 - alpha_bar(t)) * (1 - alpha_bar(t) / alpha_bar(s))
                                    : 0.0;
        u = gdm::detail::implicit_update(t, alpha_bar(t), alpha_bar(s), variance);
      }
      u.t = Lab::slot(t);
      table[static_cast<std::size_t>(Sched::steps - count + k)] = u;
    }
    return table;
  }
};

/// Problem P whose condition is shown to the network a second time in physical units, so that a denoiser can work out
/// the objective of a noisy solution.
template <class P>
struct WithCondition : P {
  using Traits = gdm::ProblemTraits<P>;
  static constexpr int own = Traits::feature_size, raw = Traits::condition_size;
  using Features = gdm::Vector<own + raw>;
  static constexpr gdm::TokenLayout tokens = [] {
    gdm::TokenLayout layout = P::tokens;
    layout.global_features += raw;
    return layout;
  }();
  static Features features(const typename P::Condition& x) {
    Features f;
    f.template head<own>() = Traits::features(x);
    f.template tail<raw>() = x;
    return f;
  }
};

/// Objective and constraint value of a noisy latent, encoded.
///
/// The objective is that of the decoded latent, relative to the trivial answer's; the constraint value is how far the
/// latent is from what decoding and encoding it gives, that is, how much of it decoding had to repair. Both are
/// measured in deviations over pure noise.
template <class P>
struct ValueTerms {
  static constexpr int per_value = 8, size = 2 * per_value;
  using Wrapped = WithCondition<P>;
  using Codec = gdm::Codec<Wrapped, false>;
  static inline Codec codec{};
  static inline std::array<double, 2> mean{}, deviation{1, 1};

  /// To be called before a training with terms, with the training data.
  static void prepare(const gdm::Dataset<Wrapped>& data) {
    gdm::CodecStatistics statistics;
    for (std::size_t i = 0; i < data.size(); ++i) {
      typename Codec::Instance instance;
      typename Codec::Features ordered;
      Codec::describe(data.condition(i), instance, ordered);
      Codec::gather(ordered, Codec::describe(instance, data.solution(i)), instance.tokens, statistics);
    }
    codec = Codec(statistics);
    constexpr int samples = 500;
    std::array<double, 2> sum{}, square{};
    for (std::size_t i = 0; i < samples; ++i) {
      gdm::RandomStream random(11, static_cast<std::uint32_t>(i));
      std::array<float, Codec::latent_size> z;
      for (float& element : z) element = static_cast<float>(random.normal());
      const auto v = values(data.condition(i % data.size()), z.data());
      for (std::size_t k = 0; k < 2; ++k) {
        sum[k] += v[k];
        square[k] += v[k] * v[k];
      }
    }
    for (std::size_t k = 0; k < 2; ++k) {
      mean[k] = sum[k] / samples;
      deviation[k] = std::max(std::sqrt(std::max(square[k] / samples - mean[k] * mean[k], 0.0)), 1e-9);
    }
  }

  /// @param features  standardised features of the wrapped problem
  /// @param latent    standardised, noisy
  template <class S>
  static void encode(const S* features, const S* latent, S* out) {
    std::fill_n(out, size, S(0));
    if (Lab::encoding == Encoding::none) return;
    typename P::Condition x;
    for (int i = 0; i < Wrapped::raw; ++i) {
      const int row = Wrapped::own + i;
      x[i] = codec.features.mean[row] + codec.features.deviation[row] * double(features[row]);
    }
    const auto v = values(x, latent);
    for (std::size_t k = 0; k < 2; ++k) {
      S* to = out + k * per_value;
      const double u = std::clamp((v[k] - mean[k]) / deviation[k], -3.0, 3.0);
      if (Lab::encoding == Encoding::numbers) to[0] = S(u);
      if (Lab::encoding == Encoding::bins) to[std::clamp(static_cast<int>(std::floor(2 * u)) + 4, 0, 7)] = S(1);
      for (int w = 0; Lab::encoding == Encoding::waves && w < 4; ++w) {
        to[2 * w] = S(std::sin(std::numbers::pi / 4 * u * (1 << w)));
        to[2 * w + 1] = S(std::cos(std::numbers::pi / 4 * u * (1 << w)));
      }
    }
  }

 private:
  template <class S>
  static std::array<double, 2> values(const typename P::Condition& x, const S* latent) {
    typename Codec::Instance instance;
    typename Codec::Features ordered;
    Codec::describe(x, instance, ordered);
    const typename P::Solution y = codec.decode(instance, latent);
    std::array<double, Codec::latent_size> repaired;
    codec.encode_solution(y, instance, repaired.data());
    double residual = 0;
    for (int i = 0; i < Codec::latent_size; ++i) {
      const double d = double(latent[i]) - repaired[static_cast<std::size_t>(i)];
      residual += d * d / Codec::latent_size;
    }
    const double gap =
        gdm::relative_gap(P::sense, double(P::objective(x, y)), double(P::objective(x, trivial_answer<P>(x))));
    return {std::isfinite(gap) ? gap : 0.0, std::isfinite(residual) ? std::sqrt(residual) : 0.0};
  }
};

/// An Mlp that sees the level instead of the slot, and the value terms instead of the physical condition.
template <class P, class Base = gdm::Mlp<64, 64, 64>>
struct LabDenoiser : gdm::denoiser_tag {
  static std::string name() { return "lab-" + Base::name(); }

  template <class S, gdm::DenoiserShape shape>
  struct Network {
    using Terms = ValueTerms<P>;
    static constexpr int own = WithCondition<P>::own;
    static constexpr gdm::DenoiserShape inner_shape{
        .latents = shape.latents, .features = own + Terms::size, .steps = shape.steps};
    using Inner = typename Base::template Network<S, inner_shape>;
    static constexpr int latents = shape.latents, features = shape.features, inputs = latents;
    static constexpr int tile = Inner::tile, batch = Inner::batch;
    static constexpr bool tied = false;
    using Parameters = typename Inner::Parameters;
    using Tables = typename Inner::Tables;

    template <class F, class... Ps>
    static void visit(const F& f, Ps&... p) {
      Inner::visit(f, p...);
    }
    static void initialise(Parameters& p, std::uint64_t seed) { Inner::initialise(p, seed); }
    static void tabulate(const Parameters& p, Tables& tables) { Inner::tabulate(p, tables); }

    template <int B>
    struct Workspace {
      typename Inner::template Workspace<B> inner;
      gdm::Block<S, Inner::features, B> condition;
      std::array<int, B> level;
    };
    template <int B>
    static void prepare(const Parameters& p, Workspace<B>& w) {
      Inner::prepare(p, w.inner);
    }
    template <int B>
    static void forward(const Parameters& p, const gdm::Block<S, latents, B>& y, const gdm::Block<S, features, B>& x,
                        const int* t, const bool* dropped, const int* tokens, Workspace<B>& w,
                        gdm::Block<S, latents, B>& out) {
      w.condition = {};
      for (int j = 0; j < B; ++j) {
        w.level[static_cast<std::size_t>(j)] = Lab::level(t[j]);
        fill(x.column(j), y.column(j), w.condition.column(j));
      }
      Inner::forward(p, y, w.condition, w.level.data(), dropped, tokens, w.inner, out);
    }
    template <int B>
    static void pullback(const Parameters& p, const bool* dropped, Workspace<B>& w,
                         const gdm::Block<S, latents, B>& d_out, Parameters& gradient) {
      Inner::pullback(p, dropped, w.inner, d_out, gradient);
    }

    template <int B>
    struct Instance {
      gdm::Block<S, features, B> x;
    };
    /// Every instance of these problems has all of its tokens.
    template <int B>
    static void condition(const Parameters&, const gdm::Block<S, features, B>& x, int, const int*,
                          Instance<B>& instance) {
      instance.x = x;
    }
    template <int B>
    static void spread(Instance<B>& instance, int n) {
      for (int j = 1; j < n; ++j) std::copy_n(instance.x.column(0), instance.x.stride, instance.x.column(j));
    }
    template <int B>
    struct Scratch {
      typename Inner::template Scratch<B> inner;
      typename Inner::template Instance<B> instance;
      gdm::Block<S, Inner::features, B> condition;
    };
    template <bool guided, int B>
    static void predict(const Parameters& p, const Tables& tables, int t, const gdm::Block<S, latents, B>& y,
                        const Instance<B>& instance, int n, Scratch<B>& scratch, gdm::Block<S, latents, 2 * B>& out) {
      scratch.condition = {};
      for (int j = 0; j < n; ++j) fill(instance.x.column(j), y.column(j), scratch.condition.column(j));
      Inner::condition(p, scratch.condition, n, nullptr, scratch.instance);
      Inner::template predict<guided>(p, tables, Lab::level(t), y, scratch.instance, n, scratch.inner, out);
    }

   private:
    static void fill(const S* x, const S* y, S* to) {
      std::copy_n(x, own, to);
      Terms::encode(x, y, to + own);
    }
  };
};

/// The optimizer of the sweeps over T, sampler and value terms: the library's defaults but for these.
///
/// An optimizer works out its sampler's table once; this one does so anew for every batch, as `Lab` says then.
template <class P>
class LabOptimizer : public gdm::GdmOptimizer<WithCondition<P>, AnySchedule, AnySampler, LabDenoiser<P>> {
  using Base = gdm::GdmOptimizer<WithCondition<P>, AnySchedule, AnySampler, LabDenoiser<P>>;

 public:
  using typename Base::Condition, typename Base::SolveOptions;

  /// On one thread.
  [[nodiscard]] xt::xtensor<double, 2> solve_batch(const xt::xtensor<double, 2>& conditions,
                                                   const SolveOptions& options) const {
    using Search = typename Base::Searcher;
    const auto model = Base::model_.require("solve_batch");
    const typename Base::Process tables;
    const auto buffers = std::make_unique<typename Search::Buffers>();
    const std::size_t n = conditions.shape(0), group = static_cast<std::size_t>(Search::group(options));
    xt::xtensor<double, 2> solutions;
    solutions.resize({n, static_cast<std::size_t>(gdm::ProblemTraits<P>::solution_size)});
    for (std::size_t begin = 0; begin < n; begin += group) {
      const std::size_t m = std::min(n - begin, group);
      Search search(*model, tables, *buffers);
      search.run(
          static_cast<int>(m),
          [&](int j) { return gdm::row_of<Condition>(conditions, begin + static_cast<std::size_t>(j)); }, nullptr,
          options.seed + begin, options, false);
      for (std::size_t j = 0; j < m; ++j) gdm::set_row(solutions, begin + j, search.best(static_cast<int>(j)).best());
    }
    return solutions;
  }
  [[nodiscard]] static LabOptimizer load(const std::filesystem::path& path) {
    return LabOptimizer::template load_as<LabOptimizer>(path);
  }
};

template <class P>
Model make_lab() {
  using Sweep = LabOptimizer<P>;
  return std::make_unique<Holding<WithCondition<P>, Sweep>>(typename Sweep::TrainOptions{}, ValueTerms<P>::prepare);
}

}  // namespace paper
