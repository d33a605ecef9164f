// SPDX-License-Identifier: MIT
/// @file
/// @brief A run of learning without labels on disk, from which it goes on to the same bits as if it had never stopped.
///
/// A safetensors file with metadata `format` = "gdm-learning", `run`, the run's fingerprint, and `warnings`, one a line;
/// the tensors of a model file (gdm/model/model_file.hpp); `solutions`, the table; and of the report `objective`,
/// `sampled` (without the rounds that had no model), `replaced`, `afresh`, and `progress`: rounds done, the spread of the
/// samples, -1 for none, and `final_sampled` if the run is over. Random numbers are a function of the seed and the round.
#pragma once

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gdm/data/byte_source.hpp>
#include <gdm/data/dataset.hpp>
#include <gdm/model/checkpoint_file.hpp>
#include <gdm/model/model.hpp>
#include <gdm/model/model_file.hpp>
#include <gdm/train/learn_options.hpp>

GDM_NAMESPACE_BEGIN
namespace detail {

/// What a run has come to, beside its model.
template <class P>
struct LearningState {
  Dataset<P>& table;  ///< the best known solutions
  LearnReport report{};
  double spread = std::numeric_limits<double>::infinity();  ///< how much better the best sample is than one, relative

  void warn(std::size_t round, const std::string& what) {
    report.warnings.push_back("round " + std::to_string(round + 1) + ": " + what);
  }
};

/// Saves and resumes a run at a path; does nothing if the path is empty.
template <Problem P, class ModelType>
class LearningFile {
  using Network = typename ModelType::Network;
  using State = LearningState<P>;

 public:
  /// @param run  fingerprint: all that decides the bits of the run
  LearningFile(std::filesystem::path path, ModelIdentity identity, std::string run)
      : path_(std::move(path)), identity_(std::move(identity)), run_(std::move(run)) {}

  /// Writes the run after its last round.
  /// @throws Error [GDM-R401] if the file cannot be written; the old one is then still there
  void save(const State& state, const ModelType& model) const {
    if (path_.empty()) return;
    const LearnReport& report = state.report;
    TensorFileWriter file;
    file.set_metadata("format", "gdm-learning");
    file.set_metadata("run", run_);
    std::string warnings;
    for (const std::string& warning : report.warnings) warnings += warning + "\n";
    file.set_metadata("warnings", warnings);
    add_model<P, Network>(file, identity_, model.codec, model.weights, model.knows_null);
    const auto add = [&](const char* name, const std::vector<double>& values) {
      file.add<double>(name, detail::shape(values.size()), values);
    };
    add("solutions", {state.table.solutions.data(), state.table.solutions.data() + state.table.solutions.size()});
    add("objective", report.objective);
    add("sampled", finite(report.sampled));
    add("replaced", report.replaced);
    add("afresh", {report.afresh.begin(), report.afresh.end()});
    add("progress", finite({static_cast<double>(report.objective.size()),
                            std::isfinite(state.spread) ? state.spread : -1.0, report.final_sampled}));
    PosixFileSystem fs;
    file.save(fs, path_);
  }

  /// Takes run and model from the file, if there is one, which the leader alone reads.
  /// @throws Error [GDM-R401] to [GDM-R403], and [GDM-R401] before any work if the file could not be written
  template <class Reduction>
  void resume(const Reduction& reduction, State& state, ModelSlot<ModelType>& slot) const {
    std::vector<std::byte> bytes;
    const bool there = reduction.on_leader([&] {
      PosixFileSystem fs;
      FileStatus status;
      if (path_.empty()) return false;
      require_replaceable(path_);
      if (fs.status(path_, status) == ENOENT) return false;
      FileSource source(fs, path_);
      bytes = allocate_for(path_.string(), source.size(),
                           [&] { return std::vector<std::byte>(static_cast<std::size_t>(source.size())); });
      source.read(bytes);
      source.finish();
      return true;
    });
    if (!there) return;
    std::uint64_t size = bytes.size();
    reduction.share(std::as_writable_bytes(std::span(&size, 1)));
    bytes.resize(static_cast<std::size_t>(size));
    reduction.share(bytes);
    reduction.together([&] { take(TensorFile::parse(bytes, path_.string()), state, slot); });
  }

 private:
  /// Tensors hold finite numbers: what is not known is left out.
  static std::vector<double> finite(const std::vector<double>& values) {
    std::vector<double> known;
    std::copy_if(values.begin(), values.end(), std::back_inserter(known), [](double x) { return std::isfinite(x); });
    return known;
  }

  void take(const TensorFile& file, State& state, ModelSlot<ModelType>& slot) const {
    require_metadata(file, "format", "gdm-learning");
    require_run(file, run_, nullptr);
    auto model = std::make_unique<ModelType>();
    std::vector<TensorSpec> expected;
    read_model<P, Network>(file, identity_, model->codec, model->weights, model->knows_null, expected);
    const auto read = [&](const char* name) {
      const TensorEntry* const entry = file.find(name);
      std::vector<double> values(entry == nullptr ? 0 : file.view(*entry).bytes.size() / sizeof(double));
      read_tensor<double>(file, name, detail::shape(values.size()), values, expected);
      return values;
    };
    const auto solutions = read("solutions"), afresh = read("afresh"), progress = read("progress");
    LearnReport report;
    report.objective = read("objective");
    report.sampled = read("sampled");
    report.replaced = read("replaced");
    file.require(expected);
    const std::size_t rounds = report.objective.size();
    if (solutions.size() != state.table.solutions.size() || progress.size() < 2 || progress.size() > 3 ||
        progress[0] != static_cast<double>(rounds) || report.replaced.size() != rounds ||
        report.sampled.size() > rounds) {
      throw Error(Errc::file_format, file.label(), "its parts do not fit together",
                  "Delete the file to start the run again");
    }
    report.sampled.insert(report.sampled.begin(), rounds - report.sampled.size(),
                          std::numeric_limits<double>::quiet_NaN());
    for (const double round : afresh) report.afresh.push_back(static_cast<std::size_t>(round));
    const std::string& warnings = file.metadata("warnings");
    for (std::size_t begin = 0, end; (end = warnings.find('\n', begin)) != std::string::npos; begin = end + 1)
      report.warnings.push_back(warnings.substr(begin, end - begin));
    if (progress.size() == 3) report.final_sampled = progress[2];
    if (progress[1] >= 0) state.spread = progress[1];
    state.report = std::move(report);
    std::copy(solutions.begin(), solutions.end(), state.table.solutions.data());
    slot.put(std::move(model));
  }

  std::filesystem::path path_;
  ModelIdentity identity_;
  std::string run_;
};

}  // namespace detail
GDM_NAMESPACE_END
