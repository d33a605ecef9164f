// SPDX-License-Identifier: MIT
/// @file
/// @brief A training run on disk, from which it goes on to the same bits as if it had never stopped.
///
/// A safetensors file with metadata `format` = "gdm-checkpoint" and `run`, the run's fingerprint; tensors
/// `<part>.<name>` of the parts weights, first_moment, second_moment and average (F32 or F64, `[out, in]`), `progress`
/// (U64 `[2]`: steps and epochs done) and `loss` (F64, one number an epoch). Random numbers are a function of the seed
/// and the step's number, so that there is no other random state.
#pragma once

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gdm/model/parameter_tensors.hpp>

GDM_NAMESPACE_BEGIN

namespace detail {

/// Refuses the file of a run whose results are other bits, and names what differs first.
/// @param run       fingerprint of this run: names and values
/// @param may_grow  the name whose value may be larger than in the file; null: none
/// @throws Error [GDM-R403]
inline void require_run(const TensorFile& file, const std::string& run, const char* may_grow) {
  std::istringstream then(file.metadata("run")), now(run);
  std::string name = "run", before, after;
  for (bool more = true; more;) {
    const bool left = static_cast<bool>(then >> before), right = static_cast<bool>(now >> after);
    more = left && right;
    const bool longer = more && may_grow != nullptr && name == may_grow &&
                        std::strtod(after.c_str(), nullptr) >= std::strtod(before.c_str(), nullptr);
    if (left != right || (more && before != after && !longer)) {
      throw Error(Errc::file_mismatch, file.label(),
                  "the checkpoint is of another run: its " + name + " is " + in_quotes(left ? before : "not there") +
                      " where this run has " + in_quotes(right ? after : "none"),
                  "Use the options and data of that run, or delete the file to train again");
    }
    name = before;
  }
}

}  // namespace detail

/// Saves and resumes a gdm::TrainState at a path; does nothing if the path is empty.
template <class Network>
class CheckpointFile {
 public:
  /// @param run  fingerprint: all that decides the bits of the run
  CheckpointFile(std::filesystem::path path, std::string run)
      : path_(std::move(path)), run_(std::move(run)), saved_(Clock::now()) {}

  /// Takes the state from the file, if there is one. A run may be given more epochs than it had: it goes on, at the
  /// learning rate that its step has in the longer run.
  /// @throws Error [GDM-R401] to [GDM-R402] on a damaged file, [GDM-R403] on one of another run; `state` is unchanged
  template <class State, FileSystem Fs>
  void resume(State& state, Fs& fs) const {
    FileStatus status;
    if (path_.empty() || fs.status(path_, status) == ENOENT) return;
    const TensorFile file = TensorFile::read(fs, path_);
    require_metadata(file, "format", "gdm-checkpoint");
    detail::require_run(file, run_, "epochs");
    auto loaded = std::make_unique<State>();
    std::vector<TensorSpec> expected;
    for_each_part(*loaded, [&](const std::string& part, auto& parameters) {
      read_parameters<Network>(file, part, parameters, expected);
    });
    std::array<std::uint64_t, 2> progress{};
    read_tensor<std::uint64_t>(file, "progress", detail::shape(progress.size()), progress, expected);
    loaded->step = progress[0];
    loaded->epoch = progress[1];
    const TensorEntry* const loss = file.find("loss");
    loaded->loss.resize(loss == nullptr ? 0 : file.view(*loss).bytes.size() / sizeof(double));
    read_tensor<double>(file, "loss", detail::shape(loaded->loss.size()), loaded->loss, expected);
    file.require(expected);
    if (loaded->loss.size() != loaded->epoch) {
      throw Error(Errc::file_format, file.label(),
                  std::to_string(loaded->loss.size()) + " losses for " + std::to_string(loaded->epoch) + " epochs",
                  "Delete the file to start the run again");
    }
    state = *loaded;
  }
  /// As above, and finds out before any work whether the file can be written.
  /// @throws Error as above, [GDM-R401] if it cannot
  template <class State>
  void resume(State& state) const {
    PosixFileSystem fs;
    resume(state, fs);
    if (!path_.empty()) require_replaceable(path_);
  }

  /// Writes the state if it is due by time or by epochs, and always after the last epoch or when a stop is asked for.
  template <class State, class Options>
  void save_when_due(const State& state, const Options& options) {
    if (path_.empty()) return;
    const double age = std::chrono::duration<double>(Clock::now() - saved_).count();
    const bool by_epochs = options.checkpoint_epochs > 0 && state.epoch % options.checkpoint_epochs == 0;
    const bool last = state.epoch >= options.epochs || options.stop_asked();
    if (age < options.checkpoint_seconds && !by_epochs && !last) return;
    PosixFileSystem fs;
    save(state, fs);
    saved_ = Clock::now();
  }

  /// @throws Error [GDM-R401] if the file cannot be written; the old one is then still there
  template <class State, FileSystem Fs>
  void save(const State& state, Fs& fs) const {
    TensorFileWriter file;
    file.set_metadata("format", "gdm-checkpoint");
    file.set_metadata("run", run_);
    for_each_part(state, [&](const std::string& part, const auto& parameters) {
      add_parameters<Network>(file, part, parameters);
    });
    const std::array<std::uint64_t, 2> progress{state.step, state.epoch};
    file.add<std::uint64_t>("progress", detail::shape(progress.size()), progress);
    file.add<double>("loss", detail::shape(state.loss.size()), state.loss);
    file.save(fs, path_);
  }

 private:
  using Clock = std::chrono::steady_clock;

  template <class State, class F>
  static void for_each_part(State& state, const F& f) {
    f("weights", state.weights);
    f("first_moment", state.first_moment);
    f("second_moment", state.second_moment);
    f("average", state.average);
  }

  std::filesystem::path path_;
  std::string run_;
  Clock::time_point saved_;
};

GDM_NAMESPACE_END
