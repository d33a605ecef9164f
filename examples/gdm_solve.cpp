// SPDX-License-Identifier: MIT
// Command-line tool: solves conditions from a file or a pipe with a model file that gdm_train wrote.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <gdm/gdm.hpp>

#include "support/command_line.hpp"
#include "support/problems.hpp"
#include "support/table_file.hpp"

namespace {

struct Settings {
  std::filesystem::path model;
  std::string in = "-", out = "-";
  std::size_t samples = 1;
  double omega = 0;
  bool baseline = false, quiet = false, no_header = false;
  std::uint64_t seed = 0;
  int threads = 0;
  gdm::CsvHeader header = gdm::CsvHeader::detect;
};

/// The tool's name of the problem that a model file was trained on.
std::string problem_of(const std::filesystem::path& path) {
  const gdm::TensorFile file = gdm::TensorFile::read(path);
  const std::string &name = file.metadata("problem"), &tokens = file.metadata("tokens");
  if (name == gdm::MsrProblem::name) return tokens == "80" ? "msr80" : "msr";
  if (name == gdm::CoProblem::name) return "co";
  if (name == gdm::NuProblem::name) return "nu";
  if (name == example::Cell::name && tokens == "8") return "beamforming-8x8";
  if (name == example::Links::name && tokens == "10") return "power-control-10";
  throw gdm::Error(gdm::Errc::file_mismatch, path.string(), "a model of the problem \"" + name + "\"",
                   "gdm_solve knows the problems of gdm_train; load another one in a program of your own");
}

/// Solves in pieces, so that a terminal sees how far it is.
template <class Optimizer>
xt::xtensor<double, 2> solve(const Optimizer& optimizer, const xt::xtensor<double, 2>& conditions,
                             const Settings& settings) {
  const bool terminal = !settings.quiet && isatty(STDERR_FILENO) != 0;
  const std::size_t n = conditions.shape(0), piece = 512;
  xt::xtensor<double, 2> solutions;
  solutions.resize({n, static_cast<std::size_t>(Optimizer::Solution::RowsAtCompileTime)});
  for (std::size_t begin = 0; begin < n; begin += piece) {
    const std::size_t end = std::min(n, begin + piece);
    const auto part = optimizer.solve_batch(gdm::rows_of(conditions, begin, end), {.samples = settings.samples,
                                                                                   .omega = settings.omega,
                                                                                   .baseline = settings.baseline,
                                                                                   .seed = settings.seed + begin,
                                                                                   .threads = settings.threads});
    std::copy(part.begin(), part.end(), solutions.data() + begin * solutions.shape(1));
    if (terminal) std::fprintf(stderr, "\rsolved %zu of %zu\033[K%s", end, n, end == n ? "\r\033[K" : "");
  }
  return solutions;
}

template <class P>
int run(const Settings& settings) {
  using Optimizer = gdm::GdmOptimizer<P>;
  const auto optimizer = Optimizer::load(settings.model);
  const example::TableFile file = example::read_table(settings.in, settings.header);
  const std::size_t columns = gdm::ProblemTraits<P>::condition_size;
  if (file.values.shape(1) != columns) {
    throw gdm::Error(gdm::Errc::shape_mismatch, file.where(0),
                     "a row of " + std::to_string(file.values.shape(1)) +
                         " numbers where the model's conditions have " + std::to_string(columns),
                     "Give the columns that --help lists");
  }
  example::require_conditions<P>(file.values, file);

  const auto start = std::chrono::steady_clock::now();
  const xt::xtensor<double, 2> solutions = solve(optimizer, file.values, settings);
  const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - start;

  std::vector<std::string> header = example::Columns<P>::solution();
  const std::size_t n = solutions.shape(0), size = header.size();
  header.insert(header.end(), {"objective", "violation", "gap_bound"});
  xt::xtensor<double, 2> table;
  table.resize({n, header.size()});
  double mean = 0, worst = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const auto x = gdm::row_of<typename P::Condition>(file.values, i);
    const auto y = gdm::row_of<typename P::Solution>(solutions, i);
    for (std::size_t j = 0; j < size; ++j) table(i, j) = solutions(i, j);
    table(i, size) = P::objective(x, y);
    table(i, size + 1) = P::violation(x, y);
    table(i, size + 2) = gdm::relative_gap(P::sense, table(i, size), P::bound(x));
    mean += table(i, size + 2) / static_cast<double>(n);
    worst = std::max(worst, table(i, size + 2));
  }
  example::write_table(settings.out, table, settings.no_header ? std::vector<std::string>{} : header);
  if (!settings.quiet) {
    std::fprintf(stderr, "solved %zu instances, %.1f us each; gap at most %.2e on average, %.2e in the worst case\n", n,
                 time.count() / static_cast<double>(n), mean, worst);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  CLI::App app{"Solves instances with a model that gdm_train wrote: conditions in, solutions out, one row each.",
               "gdm_solve"};
  app.footer(
      std::string(
          "\nA row of the result: the solution, its objective, its largest relative constraint violation\n"
          "(at most 1e-9), and a bound on its relative gap: no solution is better than the objective by more.\n\n") +
      example::layouts + "\n" + example::exit_codes +
      "\nExamples:\n  gdm_solve co.safetensors --in today.csv --out shares.csv --samples 16\n"
      "  make_conditions | gdm_solve msr.safetensors --no-header | use_powers");
  app.add_option("model", settings.model, "model file; it says which problem it solves")->required();
  app.add_option("-i,--in", settings.in, "conditions: CSV or NPY file, a pipe, or - for standard input")
      ->capture_default_str();
  app.add_option("-o,--out", settings.out, "solutions: CSV or NPY file, or - for standard output")
      ->capture_default_str();
  app.add_option("-n,--samples", settings.samples, "samples for each instance, of which the best is kept")
      ->check(example::whole(1, 1'000'000))
      ->capture_default_str();
  app.add_flag("--baseline", settings.baseline, "never be worse than the problem's cheap baseline");
  app.add_option("--omega", settings.omega, "guidance weight; 0 = the condition alone")
      ->check(example::between(-1e3, 1e3))
      ->capture_default_str();
  app.add_option("--seed", settings.seed, "row i uses seed + i")->capture_default_str();
  app.add_option("--threads", settings.threads, "0 = all of the machine")
      ->check(example::whole(0, 1'000'000))
      ->capture_default_str();
  example::add_header_option(app, settings.header);
  app.add_flag("--no-header", settings.no_header, "write no line of column names");
  app.add_flag("-q,--quiet", settings.quiet, "no progress and no summary on standard error");
  return example::run_tool(app, argc, argv, [&] {
    example::require_safe_outputs({{"--out", settings.out}},
                                  {{"the model", settings.model}, {"the conditions of --in", settings.in}});
    return example::with_problem(problem_of(settings.model), [&]<class P>() { return run<P>(settings); });
  });
}
