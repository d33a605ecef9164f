// SPDX-License-Identifier: MIT
// The main example: a diffusion model learns to share a power budget among parallel channels (maximum sum rate), is
// measured against the exact optimum, and shows how it denoises its way to an answer (the paper's Fig. 9).
#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <gdm/gdm.hpp>

#include "support/no_network.hpp"
#include "support/plot.hpp"
#include "support/table.hpp"

namespace {

using example::text;

struct Settings {
  std::string problem = "msr3";
  std::filesystem::path csv;
  std::filesystem::path out = "msr_out";
  std::size_t rows = 10'000;
  std::size_t epochs = 0;
  std::uint64_t seed = 1;
};

/// Solutions of all instances on one thread one after the other, and microseconds for each.
template <class Optimizer, class P>
std::pair<xt::xtensor<double, 2>, double> timed(const Optimizer& optimizer, const gdm::Dataset<P>& data,
                                                const typename Optimizer::SolveOptions& options) {
  xt::xtensor<double, 2> solutions = data.solutions;
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < data.size(); ++i) {
    auto one = options;
    one.seed += i;
    gdm::set_row(solutions, i, optimizer.solve(data.condition(i), one));
  }
  const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - start;
  return {solutions, time.count() / static_cast<double>(data.size())};
}

/// Writes objective and gap along the denoising path of the first instances, as a table and as a picture.
template <class Optimizer, class P>
void write_paths(const Optimizer& optimizer, const gdm::Dataset<P>& test, const Settings& settings) {
  constexpr std::size_t instances = 5;
  std::vector<std::string> header{"step"};
  std::vector<std::vector<double>> columns(1);
  example::Panel rate{.title = "Sum rate of the decoded latent; dashed: optimum",
                      .x_label = "denoising step (0 = pure noise)",
                      .y_label = "sum rate (% of the optimum)",
                      .legend = "off",
                      .more = "set offsets 0, 0, graph 0.08, graph 0.08"};
  example::Panel gap{.title = "Distance to the optimum",
                     .x_label = "denoising step (0 = pure noise)",
                     .y_label = "relative gap (f* - f) / f*",
                     .log_y = true,
                     .legend = "bottom left Left reverse"};
  for (std::size_t k = 0; k < instances; ++k) {
    const auto path = optimizer.trajectory(test.condition(k), {.seed = settings.seed + k});
    const double optimum = P::objective(test.condition(k), test.solution(k));
    const std::string name = "instance " + std::to_string(k + 1);
    example::Curve rates{.name = name, .colour = static_cast<int>(k), .points = true}, gaps = rates;
    for (std::size_t step = 0; step < path.objective.size(); ++step) {
      const double value = path.objective(step);
      rates.x.push_back(static_cast<double>(step));
      rates.y.push_back(value);
      gaps.y.push_back(std::max(gdm::relative_gap(P::sense, value, optimum), 1e-12));
    }
    gaps.x = columns[0] = rates.x;
    header.insert(header.end(), {"rate_" + std::to_string(k + 1), "optimum_" + std::to_string(k + 1)});
    columns.insert(columns.end(), {rates.y, std::vector<double>(rates.y.size(), optimum)});
    for (double& value : rates.y) value *= 100 / optimum;
    rate.curves.push_back(rates);
    gap.curves.push_back(gaps);
  }
  rate.curves.push_back({.x = {0, columns[0].back()}, .y = {100, 100}, .colour = 6, .dashed = true});
  xt::xtensor<double, 2> table;
  table.resize({columns[0].size(), columns.size()});
  for (std::size_t i = 0; i < columns.size(); ++i)
    for (std::size_t j = 0; j < columns[i].size(); ++j) table(j, i) = columns[i][j];
  std::filesystem::create_directories(settings.out);
  const auto csv = settings.out / "denoising.csv", svg = settings.out / "denoising.svg";
  gdm::write_csv(csv, table, header);
  example::heading("Denoising paths of " + std::to_string(instances) + " instances (the paper's Fig. 9)");
  std::printf("  numbers  %s\n", csv.string().c_str());
  if (example::write_svg(svg, {rate, gap})) {
    std::printf("  picture  %s\n", svg.string().c_str());
  } else {
    std::printf("  no picture: gnuplot is not installed (apt install gnuplot-nox)\n");
  }
}

template <class P>
int run(const Settings& settings, double allowed_gap) {
  constexpr int M = P::Solution::RowsAtCompileTime;
  const double watts = P::draw(*std::make_unique<gdm::RandomStream>(0))[M];
  std::printf("gdm: maximum sum rate, %d channels, %g W\n\n", M, watts);
  const auto train = settings.csv.empty() ? gdm::generate<P>(settings.rows, settings.seed)
                                          : gdm::read_reference_csv<P>(settings.csv, watts);
  const auto test = gdm::generate<P>(2'000, settings.seed + 1'000'000);
  std::printf("  training data  %zu instances, %s\n", train.size(),
              settings.csv.empty() ? "generated, labels by water-filling" : settings.csv.string().c_str());
  std::printf("  test data      %zu fresh instances with their exact optima\n", test.size());
  std::fflush(stdout);

  using Optimizer = gdm::GdmOptimizer<P>;
  Optimizer optimizer;
  typename Optimizer::TrainOptions options{.seed = settings.seed};
  if (settings.epochs > 0) options.epochs = settings.epochs;
  const gdm::TrainReport report = optimizer.train(train, options, gdm::ProgressBar{});
  std::printf("  network        %zu parameters\n", Optimizer::parameter_count());
  std::printf("  trained        %zu epochs in %.1f s, %.0f rows/s, final loss %.4f\n", report.epochs, report.seconds,
              static_cast<double>(report.epochs * train.size()) / report.seconds, report.final_loss);

  xt::xtensor<double, 2> equal = test.solutions;
  for (std::size_t i = 0; i < test.size(); ++i) gdm::set_row(equal, i, P::equal_power(test.condition(i)));
  const auto few = M < 8 ? test : gdm::split(test, 0.1).first;  // 16 samples of 80 channels take a while
  const auto [single, single_us] = timed(optimizer, test, {.seed = 7});
  const auto [best, best_us] = timed(optimizer, few, {.samples = 16, .seed = 7});
  const gdm::Evaluation one = gdm::evaluate_solutions(test, single);
  const gdm::Evaluation of16 = gdm::evaluate_solutions(few, best);
  const gdm::Evaluation flat = gdm::evaluate_solutions(test, equal);
  const example::NoNetwork heuristic = example::no_network(test);
  example::heading("Against the exact optimum");
  const std::string first = few.size() < test.size() ? text(" (first %zu)", few.size()) : "";
  example::Table table({"", "one sample", "best of 16" + first, "no network", "equal power"});
  const auto line = [&](const char* name, const char* format, double gdm::Evaluation::*value) {
    table.add({name, text(format, one.*value), text(format, of16.*value), text(format, heuristic.quality.*value),
               text(format, flat.*value)});
  };
  line("exceed ratio", "%.8f", &gdm::Evaluation::exceed_ratio);
  line("mean gap", "%.1e", &gdm::Evaluation::mean_gap);
  line("median gap", "%.1e", &gdm::Evaluation::median_gap);
  line("99th percentile", "%.1e", &gdm::Evaluation::p99_gap);
  line("worst gap", "%.1e", &gdm::Evaluation::worst_gap);
  line("feasible", "%.4f", &gdm::Evaluation::feasible_fraction);
  table.add({"time per solve", text("%.1f us", single_us), text("%.1f us", best_us),
             text("%.2f us", heuristic.microseconds), "-"});
  table.print();
  std::printf("\n  No network: water-filling, the exact optimum. This problem is here to measure by.\n");

  const auto x = test.condition(0);
  const auto y = gdm::row_of<typename P::Solution>(single, 0), y16 = gdm::row_of<typename P::Solution>(best, 0);
  const auto optimum = test.solution(0);
  example::heading("One instance");
  example::Table instance({"channel", "gain (1/W)", "one sample (W)", "best of 16 (W)", "optimum (W)"});
  constexpr int shown = std::min(M, 8);
  for (int i = 0; i < shown; ++i) {
    instance.add({std::to_string(i + 1), text("%.4f", x[i]), text("%.5f", y[i]), text("%.5f", y16[i]),
                  text("%.5f", optimum[i])});
  }
  if (M > shown) instance.add({".. " + std::to_string(M), "..", "..", "..", ".."});
  instance.add({"bit/s/Hz", "", text("%.7f", P::objective(x, y)), text("%.7f", P::objective(x, y16)),
                text("%.7f", P::objective(x, optimum))});
  instance.print();

  write_paths(optimizer, test, settings);

  const bool feasible = one.feasible_fraction == 1 && of16.feasible_fraction == 1;
  const double one_of_few = gdm::evaluate_solutions(few, gdm::rows_of(single, 0, few.size())).mean_gap;
  const bool good = feasible && one.mean_gap <= allowed_gap && of16.mean_gap <= one_of_few;
  std::printf("\n%s: every answer feasible: %s; mean gap of one sample %.1e (allowed %.0e)\n",
              good ? "passed" : "FAILED", feasible ? "yes" : "no", one.mean_gap, allowed_gap);
  return good ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  CLI::App app{"Trains a diffusion model on the maximum-sum-rate problem and measures it against water-filling."};
  app.add_option("--problem", settings.problem, "msr3: 3 channels, 10 W; msr80: 80 channels, 20 W")
      ->check(CLI::IsMember({"msr3", "msr80"}))
      ->capture_default_str();
  app.add_option("--csv", settings.csv,
                 "train on this file instead of generated instances; a line: gains, optimal rate, powers (W)");
  app.add_option("--rows", settings.rows, "instances to generate")->capture_default_str();
  app.add_option("--epochs", settings.epochs, "passes over the data (default: the problem's own)");
  app.add_option("--seed", settings.seed, "same seed, same result")->capture_default_str();
  app.add_option("--out", settings.out, "folder for the denoising paths")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    return settings.problem == "msr3" ? run<gdm::MsrProblem>(settings, 1e-5) : run<gdm::Msr80Problem>(settings, 1e-3);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
