// SPDX-License-Identifier: MIT
/// @file
/// @brief A trained model as a safetensors file: which tensors and metadata it holds, and how it is read back.
///
/// | metadata                                            | meaning                                                 |
/// |-----------------------------------------------------|---------------------------------------------------------|
/// | `format` = "gdm-model"                              | what the file is                                        |
/// | `version`                                           | of the library that wrote it                            |
/// | `problem`, `schedule`, `denoiser`, `parameterisation` | names; the reading optimizer must have the same       |
/// | `tokens`                                            | tokens of the problem it was trained on; 0 = none       |
/// | `null_condition` = "untrained"                      | if training never left the condition out: no guidance   |
///
/// | tensor                                              | dtype, shape                                            |
/// |-----------------------------------------------------|---------------------------------------------------------|
/// | `weights.<name>`                                    | F32 or F64; `[out, in]` or `[n, 1]`                     |
/// | `features.<s>`, s = mean, deviation, lowest, highest | F64 `[features]`                                       |
/// | `latents.<s>`                                       | F64 `[latents]`                                         |
/// | `calibration.gaps`, `calibration.options`           | F64 `[rows]`, `[2]`: see gdm::Calibration; optional     |
///
/// Where the denoiser takes any number of tokens, the statistics are those of one token and then the global ones.
/// A denoiser that takes any number of tokens has weights and statistics of the same shape for all of them: its file
/// loads into the same problem of another size.
#pragma once

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <gdm/model/calibration.hpp>
#include <gdm/model/codec.hpp>
#include <gdm/model/parameter_tensors.hpp>

GDM_NAMESPACE_BEGIN

/// What a model was made of, by name.
struct ModelIdentity {
  std::string problem;
  std::string schedule;
  std::string denoiser;
  std::string parameterisation;
};

namespace detail {

/// Rows of a statistic as stored: all of them, or those of one token and the global ones if tokens share theirs.
template <bool Tied>
constexpr int stored_row(int stored, int count, int per_token) {
  return !Tied || stored < per_token ? stored : stored + (count - 1) * per_token;
}

template <class F>
void for_each_metadata(const ModelIdentity& identity, const F& f) {
  f("problem", identity.problem);
  f("schedule", identity.schedule);
  f("denoiser", identity.denoiser);
  f("parameterisation", identity.parameterisation);
}

/// Calls f(name, statistic, count, per_token, global) for the eight vectors of a codec.
template <class C, class F>
void for_each_statistic(C& codec, const F& f) {
  const auto four = [&](const std::string& name, auto& s, int per_token) {
    f(name + ".mean", s.mean, per_token);
    f(name + ".deviation", s.deviation, per_token);
    f(name + ".lowest", s.lowest, per_token);
    f(name + ".highest", s.highest, per_token);
  };
  four("features", codec.features, codec.tokens.features);
  four("latents", codec.latents, codec.tokens.latents);
}

template <bool Tied, class V>
constexpr std::size_t stored_rows(int count, int per_token) {
  const int all = V::RowsAtCompileTime;
  return static_cast<std::size_t>(Tied && count > 0 ? all - (count - 1) * per_token : all);
}

}  // namespace detail

/// Adds a model to a file.
template <class P, class Network>
void add_model(TensorFileWriter& file, const ModelIdentity& identity, const Codec<P, Network::tied>& codec,
               const typename Network::Parameters& weights, bool knows_null) {
  file.set_metadata("version", std::to_string(GDM_VERSION_MAJOR) + "." + std::to_string(GDM_VERSION_MINOR) + "." +
                                   std::to_string(GDM_VERSION_PATCH));
  detail::for_each_metadata(identity,
                            [&](const char* key, const std::string& value) { file.set_metadata(key, value); });
  file.set_metadata("tokens", std::to_string(codec.tokens.count));
  if (!knows_null) file.set_metadata("null_condition", "untrained");
  detail::for_each_statistic(codec, [&](const std::string& name, const auto& v, int per_token) {
    using V = std::remove_cvref_t<decltype(v)>;
    constexpr bool tied = Network::tied;
    std::vector<double> values(detail::stored_rows<tied, V>(codec.tokens.count, per_token));
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = v[detail::stored_row<tied>(static_cast<int>(i), codec.tokens.count, per_token)];
    file.add<double>(name, detail::shape(values.size()), values);
  });
  add_parameters<Network>(file, "weights", weights);
}

/// Adds what `calibrate` found, if it was called.
inline void add_calibration(TensorFileWriter& file, const Calibration& calibration) {
  if (calibration.gaps.empty()) return;
  file.add<double>("calibration.gaps", detail::shape(calibration.gaps.size()), calibration.gaps);
  const std::array options{static_cast<double>(calibration.samples), static_cast<double>(calibration.refine)};
  file.add<double>("calibration.options", detail::shape(options.size()), options);
}

/// Writes a model: the old file at `path`, if any, is replaced in one step or not at all.
/// @throws Error [GDM-R401] if the file cannot be written
template <class P, class Network, FileSystem Fs>
void save_model(Fs& fs, const std::filesystem::path& path, const ModelIdentity& identity,
                const Codec<P, Network::tied>& codec, const typename Network::Parameters& weights,
                bool knows_null = true, const Calibration& calibration = {}) {
  TensorFileWriter file;
  file.set_metadata("format", "gdm-model");
  add_model<P, Network>(file, identity, codec, weights, knows_null);
  add_calibration(file, calibration);
  file.save(fs, path);
}

/// Reads what `add_model` wrote, and notes which tensors belong to it.
/// @throws Error [GDM-R402], [GDM-R403]
template <class P, class Network>
void read_model(const TensorFile& file, const ModelIdentity& identity, Codec<P, Network::tied>& codec,
                typename Network::Parameters& weights, bool& knows_null, std::vector<TensorSpec>& expected) {
  detail::for_each_metadata(identity,
                            [&](const char* key, const std::string& wanted) { require_metadata(file, key, wanted); });
  if (!Network::tied) require_metadata(file, "tokens", std::to_string(codec.tokens.count));
  const std::string* const null_condition = file.find_metadata("null_condition");
  knows_null = null_condition == nullptr || *null_condition != "untrained";
  detail::for_each_statistic(codec, [&](const std::string& name, auto& v, int per_token) {
    using V = std::remove_cvref_t<decltype(v)>;
    constexpr bool tied = Network::tied;
    std::vector<double> values(detail::stored_rows<tied, V>(codec.tokens.count, per_token));
    const TensorShape shape = detail::shape(values.size());
    read_tensor<double>(file, name, shape, values, expected);
    for (int i = 0; i < V::RowsAtCompileTime; ++i) {
      const int tokens = tied ? codec.tokens.count * per_token : 0;
      const int stored = i < tokens ? i % per_token : tied && codec.tokens.count > 0 ? i - tokens + per_token : i;
      v[i] = values[static_cast<std::size_t>(stored)];
      if (name.ends_with(".deviation") && !(v[i] > 0)) {
        throw Error(Errc::file_format, file.label(),
                    "tensor \"" + name + "\" holds " + to_text(v[i]) + " where a standard deviation must be positive",
                    "Get the file again or train again");
      }
    }
  });
  const auto require_range = [&](const char* name, const auto& s) {
    for (int i = 0; i < s.lowest.size(); ++i) {
      if (!(s.lowest[i] <= s.highest[i])) {
        throw Error(Errc::file_format, file.label(),
                    std::string("tensor \"") + name + ".lowest\" holds " + to_text(s.lowest[i]) + " where \"" + name +
                        ".highest\" holds " + to_text(s.highest[i]),
                    "Get the file again or train again");
      }
    }
  };
  require_range("features", codec.features);
  require_range("latents", codec.latents);
  read_parameters<Network>(file, "weights", weights, expected);
}

/// Reads what `add_calibration` wrote; nothing, if it wrote nothing.
/// @throws Error [GDM-R402]
inline Calibration read_calibration(const TensorFile& file, std::vector<TensorSpec>& expected) {
  Calibration calibration;
  const TensorEntry* const gaps = file.find("calibration.gaps");
  if (gaps == nullptr) return calibration;
  calibration.gaps.resize(file.view(*gaps).bytes.size() / sizeof(double));
  read_tensor<double>(file, "calibration.gaps", detail::shape(calibration.gaps.size()), calibration.gaps, expected);
  std::array<double, 2> options{};
  read_tensor<double>(file, "calibration.options", detail::shape(options.size()), options, expected);
  const auto count = [](double x) { return x >= 0 && x <= 1e6; };
  if (!std::is_sorted(calibration.gaps.begin(), calibration.gaps.end()) || !count(options[0]) || !count(options[1])) {
    throw Error(Errc::file_format, file.label(), "its calibration is no list of rising gaps",
                "Get the file again or calibrate again");
  }
  calibration.samples = static_cast<std::size_t>(options[0]);
  calibration.refine = static_cast<std::size_t>(options[1]);
  return calibration;
}

/// Reads a model from a file that was parsed; `codec` and `weights` are to be thrown away after an error.
/// @throws Error [GDM-R402] if it is damaged, [GDM-R403] if it holds another model
template <class P, class Network>
void take_model(const TensorFile& file, const ModelIdentity& identity, Codec<P, Network::tied>& codec,
                typename Network::Parameters& weights, bool& knows_null, Calibration* calibration = nullptr) {
  require_metadata(file, "format", "gdm-model");
  std::vector<TensorSpec> expected;
  read_model<P, Network>(file, identity, codec, weights, knows_null, expected);
  Calibration found = read_calibration(file, expected);
  if (calibration != nullptr) *calibration = std::move(found);
  file.require(expected);
}

/// Reads a model, as `take_model`.
/// @throws Error also [GDM-R401] if the file cannot be read
template <class P, class Network, FileSystem Fs>
void load_model(Fs& fs, const std::filesystem::path& path, const ModelIdentity& identity,
                Codec<P, Network::tied>& codec, typename Network::Parameters& weights, bool& knows_null,
                Calibration* calibration = nullptr) {
  take_model<P, Network>(TensorFile::read(fs, path), identity, codec, weights, knows_null, calibration);
}

GDM_NAMESPACE_END
