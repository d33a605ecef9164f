// SPDX-License-Identifier: MIT
// Command-line tool: trains an optimizer on a user's file, or on generated instances, and writes a model file. Built with MPI
// it takes `mpirun -n N gdm_train ..`: the same file, from N processes.
#include <signal.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <filesystem>
#include <gdm/gdm.hpp>
#include <optional>

#include "support/command_line.hpp"
#include "support/job.hpp"
#include "support/no_network.hpp"
#include "support/plot.hpp"
#include "support/problems.hpp"
#include "support/table.hpp"
#include "support/table_file.hpp"

namespace {

struct Settings {
  std::string problem;
  std::string data;
  std::filesystem::path reference;
  double budget = 0;
  std::size_t generate = 0;
  std::filesystem::path out = "model.safetensors";
  std::filesystem::path curve;
  std::filesystem::path checkpoint;
  std::optional<std::size_t> epochs, batch;
  std::optional<double> learning_rate;
  double held_out = 0.1;
  std::uint64_t seed = 0;
  int threads = 0;
  bool accept_infeasible = false;
  gdm::CsvHeader header = gdm::CsvHeader::detect;
};

/// The signal that asked the run to end, if one did.
volatile sig_atomic_t ending_signal = 0;
std::atomic<bool> ending{false};

/// From here on the first SIGTERM or SIGINT ends the run after the epoch, with a checkpoint; a second one kills it.
void end_gently() {
  struct ::sigaction action = {};
  action.sa_handler = [](int signal) {
    ending_signal = signal;
    ending = true;
  };
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGINT, &action, nullptr);
}

/// `path` without `suffix`, if it ends so: not replace_extension, to which run-0.5 is a run-0 with a suffix.
std::filesystem::path without(const std::filesystem::path& path, std::string_view suffix) {
  const std::string name = path.string();
  return name.ends_with(suffix) ? name.substr(0, name.size() - suffix.size()) : name;
}
std::filesystem::path curve_picture(const Settings& settings) {
  return settings.curve.empty() ? without(settings.out, ".safetensors").concat(".curve.svg") : settings.curve;
}
std::filesystem::path curve_table(const Settings& settings) {
  return without(curve_picture(settings), ".svg").concat(".csv");
}

/// Columns `begin` .. `end` - 1 of a table.
xt::xtensor<double, 2> columns(const xt::xtensor<double, 2>& table, std::size_t begin, std::size_t end) {
  xt::xtensor<double, 2> part;
  part.resize({table.shape(0), end - begin});
  for (std::size_t i = 0; i < table.shape(0); ++i)
    for (std::size_t j = begin; j < end; ++j) part(i, j - begin) = table(i, j);
  return part;
}

/// Rows of conditions and solutions, or of conditions alone, which have no solutions yet.
template <class P>
gdm::Dataset<P> read_data(const Settings& settings) {
  using Traits = gdm::ProblemTraits<P>;
  constexpr std::size_t x = Traits::condition_size, y = Traits::solution_size;
  const example::TableFile file = example::read_table(settings.data, settings.header);
  const std::size_t width = file.values.shape(1);
  if (width != x && width != x + y) {
    throw gdm::Error(gdm::Errc::shape_mismatch, file.where(0), "a row of " + std::to_string(width) + " numbers",
                     "Give the " + std::to_string(x) + " numbers of the condition, or " + std::to_string(x + y) +
                         " with the solution behind it; --help lists them");
  }
  gdm::Dataset<P> data;
  data.conditions = columns(file.values, 0, x);
  example::require_conditions<P>(data.conditions, file);
  if (width == x + y) {
    data.solutions = columns(file.values, x, x + y);
    for (std::size_t i = 0; i < data.size() && !settings.accept_infeasible; ++i) {
      const double violation = P::violation(data.condition(i), data.solution(i));
      if (!(violation <= data.label_tolerance)) {
        throw gdm::Error(
            gdm::Errc::infeasible_label, file.where(i),
            "the solution breaks a constraint by " + gdm::to_text(violation) + " (relative)",
            "Check units and columns (--help lists them; files of the paper's own code go to --reference), "
            "or train on it with --accept-infeasible");
      }
    }
  }
  return data;
}

/// The loss of every epoch, as a table and as a picture.
void write_curve(const Settings& settings, const std::vector<double>& loss) {
  const std::filesystem::path svg = curve_picture(settings), csv = curve_table(settings);
  xt::xtensor<double, 2> table;
  table.resize({loss.size(), 2});
  example::Curve curve{.points = loss.size() < 60};
  for (std::size_t i = 0; i < loss.size(); ++i) {
    table(i, 0) = static_cast<double>(i + 1);
    table(i, 1) = loss[i];
    curve.x.push_back(table(i, 0));
    curve.y.push_back(loss[i]);
  }
  const std::vector<std::string> header{"epoch", "loss"};
  gdm::write_csv(csv, table, header);
  const bool drawn = example::write_svg(svg, {{.title = "Training",
                                               .x_label = "epoch",
                                               .y_label = "loss (mean squared error)",
                                               .curves = {curve},
                                               .legend = "off",
                                               .more = "set yrange [0:*]"}});
  std::fprintf(stderr, "curve   %s%s\n", csv.c_str(),
               drawn ? (" and " + svg.string()).c_str() : "; no picture without gnuplot");
}

/// The layout of the paper's own code, which knows three problems.
template <class P>
gdm::Dataset<P> read_reference(const Settings& settings) {
  if constexpr (requires { gdm::ReferenceLayout<P>::columns; }) {
    return gdm::read_reference_csv<P>(settings.reference, settings.budget);
  } else {
    throw example::UsageError("--reference is for msr, co and nu; give instances of " + settings.problem +
                              " with --data or --generate");
  }
}

/// The rows to learn from, on every process.
template <class P>
gdm::Dataset<P> rows_to_learn(const Settings& settings, const example::Job& job) {
  if (settings.generate > 0) return job.generate<P>(settings.generate, settings.seed);
  gdm::Dataset<P> data =
      job.together([&] { return settings.data.empty() ? read_reference<P>(settings) : read_data<P>(settings); });
  if (data.solutions.size() == 0) job.label(data, settings.threads);
  return data;
}

template <class P>
int run(const Settings& settings, const example::Job& job) {
  using Optimizer = gdm::GdmOptimizer<P>;
  gdm::Dataset<P> data = rows_to_learn<P>(settings, job);
  if (settings.accept_infeasible) data.label_tolerance = std::numeric_limits<double>::infinity();
  const auto held_out = static_cast<std::size_t>(settings.held_out * static_cast<double>(data.size()));
  const bool measured = held_out > 0 && held_out < data.size();
  const auto [train, test] = measured ? gdm::split(data, 1 - settings.held_out) : std::pair(data, gdm::Dataset<P>{});
  if (job.first()) {
    std::fprintf(stderr, "data    %zu rows to train on, %zu held out\n", train.size(), measured ? test.size() : 0);
    if (job.size() > 1) std::fprintf(stderr, "job     %d processes\n", job.size());
  }

  typename Optimizer::TrainOptions options{.seed = settings.seed};
  options.epochs = settings.epochs.value_or(options.epochs);
  options.batch_size = settings.batch.value_or(options.batch_size);
  options.learning_rate = settings.learning_rate.value_or(options.learning_rate);
  options.threads = settings.threads;
  options.checkpoint = settings.checkpoint;
  options.stop = &ending;
  if (!settings.checkpoint.empty()) end_gently();
  Optimizer optimizer;
  const gdm::TrainReport report = job.train(optimizer, train, options, gdm::ProgressBar{});
  if (job.first())
    std::fprintf(stderr, "trained %zu epochs in %.1f s, final loss %.4g\n", report.epochs, report.seconds,
                 report.final_loss);
  if (job.of_first(ending)) {
    if (job.first())
      std::fprintf(stderr, "stopped by a signal; the run is in %s, and the same command goes on with it\n",
                   settings.checkpoint.c_str());
    return 128 + ending_signal;
  }
  job.together([&] {
    if (!job.first()) return;
    optimizer.save(settings.out);
    std::fprintf(stderr, "model   %s, %zu parameters\n", settings.out.c_str(), Optimizer::parameter_count());
    write_curve(settings, report.loss);
  });
  if (measured) {
    const gdm::Evaluation e = job.evaluate(optimizer, test);
    if (!job.first()) return 0;
    std::printf("held out: mean gap %.2e, median %.2e, 99 %% %.2e, worst %.2e, feasible %g %%\n", e.mean_gap,
                e.median_gap, e.p99_gap, e.worst_gap, 100 * e.feasible_fraction);
    const example::NoNetwork heuristic = example::no_network(test);
    std::printf("no network (the problem's baseline): mean gap %.2e, worst %.2e, %.2g us each\n",
                heuristic.quality.mean_gap, heuristic.quality.worst_gap, heuristic.microseconds);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  CLI::App app{"Trains a diffusion model to solve instances of a problem, and writes it to a file for gdm_solve.",
               "gdm_train"};
  app.footer(std::string("\n") + example::layouts +
             "Rows that hold a condition alone get their exact optimum as the solution to learn.\n\n" +
             example::exit_codes +
             "\nExamples:\n  gdm_train --problem co --generate 30000 --out co.safetensors\n"
             "  gdm_train --problem msr --data measured.csv --out mine.safetensors --epochs 100");
  app.add_option("-p,--problem", settings.problem, "a name from the table below")
      ->required()
      ->check(CLI::IsMember(example::problem_names));
  auto* source = app.add_option_group("data", "where the instances come from; one of");
  source->add_option("-d,--data", settings.data, "CSV or NPY file, a pipe, or - for standard input");
  example::add_header_option(app, settings.header);
  app.add_flag("--accept-infeasible", settings.accept_infeasible,
               "train on solutions in --data that break the problem's constraints");
  auto* reference =
      source->add_option("--reference", settings.reference, "CSV in the layout of the paper's own code, with --budget");
  source->add_option("-g,--generate", settings.generate, "so many random instances")
      ->check(example::whole(1, 2'147'483'647));
  source->require_option(1);
  auto* budget =
      app.add_option("--budget", settings.budget,
                     "what a --reference file does not say: total power (msr: W, nu: mW) or server speed (co: Hz)");
  budget->check(example::positive());
  reference->needs(budget);
  app.add_option("-o,--out", settings.out, "model file to write")->capture_default_str();
  app.add_option("--curve", settings.curve,
                 "picture of the loss, .svg (default: OUT.curve.svg); its numbers go to .csv");
  app.add_option("--checkpoint", settings.checkpoint,
                 "file to save the run to now and then and on SIGTERM or SIGINT, and to go on from");
  app.add_option("--epochs", settings.epochs, "passes over the data (default: the problem's)")
      ->check(example::whole(1, 1'000'000'000));
  app.add_option("--batch", settings.batch, "rows in a step (default: the problem's)")
      ->check(example::whole(1, 1'000'000'000));
  app.add_option("--learning-rate", settings.learning_rate, "peak rate of Adam (default: the problem's)")
      ->check(example::positive());
  app.add_option("--held-out", settings.held_out, "share of the rows, the last ones, to measure the gap on")
      ->check(example::between(0, 0.9))
      ->capture_default_str();
  app.add_option("--seed", settings.seed, "same seed, same model")->capture_default_str();
  app.add_option("--threads", settings.threads, "0 = all of the machine")
      ->check(example::whole(0, 1'000'000))
      ->capture_default_str();
  const example::Job job(argc, argv);
  const auto run_on_all = [&] {
    job.together([&] {
      if (job.size() > 1 && settings.data == "-") {
        throw example::UsageError("standard input reaches one process alone; give a file that all can read");
      }
      if (!job.first()) return;
      example::require_safe_outputs(
          {{"--out", settings.out},
           {"--checkpoint", settings.checkpoint},
           {"the picture of the loss (--curve)", curve_picture(settings)},
           {"the table of the loss", curve_table(settings)}},
          {{"the data of --data", settings.data}, {"the data of --reference", settings.reference}});
    });
    return example::with_problem(settings.problem, [&]<class P>() { return run<P>(settings, job); });
  };
  return example::run_tool(app, argc, argv, run_on_all, job.first());
}
