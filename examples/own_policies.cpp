// SPDX-License-Identifier: MIT
// Policies of one's own: a noise schedule, a parameterisation, a sampler and a denoiser, each in a dozen lines or a few
// more, on a problem that uses every hook (support/airtime.hpp).
#include <cmath>
#include <cstdio>
#include <gdm/gdm.hpp>
#include <gdm/problem/check_problem.hpp>

#include "support/airtime.hpp"

//! [schedule]
// The logarithm of the signal-to-noise ratio falls linearly, from 7 at t = 0 to -7 at t = T.
template <int T>
struct LogLinearSchedule : gdm::schedule_tag {
  static constexpr int steps = T;
  static double beta(int t) {
    const auto signal = [](int k) { return k == 0 ? 1.0 : 1 / (1 + std::exp(14.0 * k / T - 7)); };  // alpha_bar(k)
    return 1 - signal(t) / signal(t - 1);
  }
  static std::string name() { return "log-linear-" + std::to_string(T); }
};
//! [schedule]

//! [parameterisation]
// The network predicts epsilon - y_0, the direction from the clean latent to the noise.
struct DifferencePrediction : gdm::parameterisation_tag {
  static gdm::LinearMap target(double) { return {-1, 1}; }
  static gdm::LinearMap clean(double alpha_bar) {
    const double clean = std::sqrt(alpha_bar), noise = std::sqrt(1 - alpha_bar);
    return {1 / (clean + noise), -noise / (clean + noise)};
  }
  static std::string name() { return "difference"; }
};
//! [parameterisation]

//! [sampler]
// Ancestral sampling whose last `Quiet` updates add no noise.
template <int Quiet>
struct QuietEnd : gdm::sampler_tag {
  static constexpr bool stochastic = true;
  static constexpr int normalised_steps = 0;
  static constexpr int steps(int T) { return T; }
  static std::string name() { return "quiet-end-" + std::to_string(Quiet); }

  template <class Schedule>
  static std::array<gdm::Update, Schedule::steps> updates(const gdm::NoiseLevels<Schedule>& levels) {
    std::array<gdm::Update, Schedule::steps> table;
    for (std::size_t t = Schedule::steps; t >= 1; --t) {
      const double now = levels.alpha_bar[t], next = levels.alpha_bar[t - 1];
      const double variance = t > Quiet ? levels.posterior_variance[t] : 0.0;
      const double direction = std::sqrt(std::max(0.0, 1 - next - variance) / (1 - now));
      table[Schedule::steps - t] = {.t = static_cast<int>(t),
                                    .clean = std::sqrt(next) - direction * std::sqrt(now),
                                    .latent = direction,
                                    .noise = std::sqrt(variance)};
    }
    return table;
  }
};
//! [sampler]

//! [denoiser]
// One layer of tanh units, written with Eigen: the shortest network that keeps the contract.
template <int Width>
struct TanhLayer : gdm::denoiser_tag {
  static std::string name() { return "tanh-" + std::to_string(Width); }

  template <class S, gdm::DenoiserShape shape>
  struct Network {
    static constexpr int latents = shape.latents, features = shape.features;
    static constexpr int tile = 32, batch = 8;
    static constexpr bool tied = false;
    static constexpr int inputs = latents;  // no step features
    static constexpr int time_size = 8, read_size = latents + features + time_size;
    template <int Rows, int Columns>
    using Block = gdm::Block<S, Rows, Columns>;

    struct Parameters {
      Block<Width, read_size> in;
      Block<Width, 1> in_bias;
      Block<latents, Width> out;
      Block<latents, 1> out_bias;
      Block<features, 1> null_condition;  // stands for "no condition"
    };
    template <class F, class P, class... More>
    static void visit(const F& f, P& p, More&... more) {
      f("in.weight", p.in, more.in...);
      f("in.bias", p.in_bias, more.in_bias...);
      f("out.weight", p.out, more.out...);
      f("out.bias", p.out_bias, more.out_bias...);
      f("null_condition", p.null_condition, more.null_condition...);
    }
    static void initialise(Parameters& p, std::uint64_t seed) { gdm::initialise<Network>(p, seed, "out."); }

    // Training: B columns, each at a step of its own. `tokens` says how many are present: here always all.
    template <int B>
    struct Workspace {
      Block<read_size, B> input;
      Block<Width, B> hidden;
    };
    template <int B>
    static void prepare(const Parameters&, Workspace<B>&) {}
    template <int B>
    static void forward(const Parameters& p, const Block<latents, B>& y, const Block<features, B>& condition,
                        const int* t, const bool* dropped, const int* /*tokens*/, Workspace<B>& w,
                        Block<latents, B>& out) {
      for (int j = 0; j < B; ++j) {
        read(y.column(j), dropped[j] ? p.null_condition.data : condition.column(j), t[j], w.input.column(j));
        apply(p, j, w.input, w.hidden, out);
      }
    }
    template <int B>
    static void pullback(const Parameters& p, const bool* dropped, Workspace<B>& w, const Block<latents, B>& d_out,
                         Parameters& gradient) {
      const auto d = d_out.matrix();
      const auto h = w.hidden.matrix();
      const Eigen::Matrix<S, Width, B> d_hidden =
          ((p.out.matrix().transpose() * d).array() * (1 - h.array().square())).matrix();
      gradient.out.matrix() += d * h.transpose();
      gradient.out_bias.matrix() += d.rowwise().sum();
      gradient.in.matrix() += d_hidden * w.input.matrix().transpose();
      gradient.in_bias.matrix() += d_hidden.rowwise().sum();
      const auto of_condition = p.in.matrix().template middleCols<features>(latents);
      for (int j = 0; j < B; ++j)
        if (dropped[j]) gradient.null_condition.matrix() += of_condition.transpose() * d_hidden.col(j);
    }

    // Sampling: n columns, all at the same step.
    struct Tables {};
    static void tabulate(const Parameters&, Tables&) {}
    template <int B>
    struct Instance {
      Block<features, B> condition;
    };
    template <int B>
    static void condition(const Parameters&, const Block<features, B>& x, int n, const int* /*tokens*/,
                          Instance<B>& instance) {
      for (int j = 0; j < n; ++j) std::copy_n(x.column(j), features, instance.condition.column(j));
    }
    template <int B>
    static void spread(Instance<B>& instance, int n) {
      for (int j = 1; j < n; ++j) std::copy_n(instance.condition.column(0), features, instance.condition.column(j));
    }
    template <int B>
    struct Scratch {
      Block<read_size, 2 * B> input;
      Block<Width, 2 * B> hidden;
    };
    template <bool guided, int B>
    static void predict(const Parameters& p, const Tables&, int t, const Block<latents, B>& y,
                        const Instance<B>& instance, int n, Scratch<B>& w, Block<latents, 2 * B>& out) {
      for (int j = 0; j < n; ++j) {
        read(y.column(j), instance.condition.column(j), t, w.input.column(j));
        apply(p, j, w.input, w.hidden, out);
        if constexpr (guided) {  // the unconditional columns come after the conditional ones
          read(y.column(j), p.null_condition.data, t, w.input.column(n + j));
          apply(p, n + j, w.input, w.hidden, out);
        }
      }
    }

   private:
    static void read(const S* y, const S* condition, int t, S* to) {
      to = std::copy_n(y, latents, to);
      to = std::copy_n(condition, features, to);
      std::copy_n(gdm::TimeFeatures<time_size>::template table<S, shape.steps>().column(t), time_size, to);
    }
    template <int B>
    static void apply(const Parameters& p, int j, const Block<read_size, B>& input, Block<Width, B>& hidden,
                      Block<latents, B>& out) {
      auto h = hidden.matrix().col(j);
      h = (p.in.matrix() * input.matrix().col(j) + p.in_bias.matrix()).array().tanh().matrix();
      out.matrix().col(j) = p.out.matrix() * h + p.out_bias.matrix();
    }
  };
};
//! [denoiser]

int main() {
  using Problem = example::Airtime<6>;
  const gdm::ProblemCheck checked = gdm::check_problem<Problem>();
  std::printf("check_problem: %s\n", checked.passed() ? "all properties hold" : checked.text().c_str());

  const auto [train, test] = gdm::split(gdm::generate<Problem>(5'000, 1), 0.9);
  //! [use]
  using Optimizer = gdm::GdmOptimizer<Problem, LogLinearSchedule<20>, DifferencePrediction, QuietEnd<5>, TanhLayer<64>>;
  //! [use]
  Optimizer optimizer;
  optimizer.train(train, {.p_uncond = 0.1, .seed = 1}, gdm::ProgressBar{});  // guidance below needs the null condition

  xt::xtensor<double, 2> plain = test.solutions;
  for (std::size_t i = 0; i < test.size(); ++i) gdm::set_row(plain, i, Problem::baseline(test.condition(i)));
  const gdm::Evaluation baseline = gdm::evaluate_solutions(test, plain);
  const gdm::Evaluation one = gdm::evaluate(optimizer, test);
  const gdm::Evaluation guided = gdm::evaluate(optimizer, test, {.omega = 0.5});
  std::printf("gap to the optimum, %zu fresh instances   mean      99 %%\n", test.size());
  for (const auto& [name, e] :
       {std::pair{"equal parts of what is left", baseline}, {"one sample", one}, {"one, omega 0.5", guided}})
    std::printf("  %-36s %.1e   %.1e\n", name, e.mean_gap, e.p99_gap);
  const bool feasible = one.feasible_fraction == 1 && guided.feasible_fraction == 1;
  return checked.passed() && feasible && one.mean_gap < baseline.mean_gap / 10 ? 0 : 1;
}
