// SPDX-License-Identifier: MIT
/// @file
/// @brief The model that an optimizer has: how it gets there from a file or from memory, and back.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include <gdm/data/atomic_file.hpp>
#include <gdm/model/model.hpp>
#include <gdm/model/model_file.hpp>
#include <gdm/model/policies.hpp>

GDM_NAMESPACE_BEGIN
namespace detail {

/// @tparam Set  gdm::detail::PolicySet
template <class P, class Set>
class TrainedModel {
 public:
  using Scalar = typename Set::Scalar;
  using Schedule = typename Set::Schedule;
  using Denoiser = typename Set::Denoiser;
  using Parameterisation = typename Set::Parameterisation;
  using Network = typename Denoiser::template Network<Scalar, denoiser_shape<P, Schedule::steps>()>;
  using Parameters = typename Network::Parameters;

  /// True after `train` or `load`.
  [[nodiscard]] bool trained() const noexcept { return model_.filled(); }

  /// Writes the trained model (see gdm/model/model_file.hpp for the format).
  /// @throws Error [GDM-R221] before training, [GDM-R401] if the file cannot be written
  void save(const std::filesystem::path& path) const {
    const auto model = model_.require("save");
    PosixFileSystem fs;
    save_model<P, Network>(fs, path, identity(), model->codec, model->weights, model->knows_null, model->calibration);
  }

  /// An optimizer from a file that `save` wrote.
  /// @throws Error [GDM-R401] to [GDM-R403] naming file, tensor, what was found and what to do
  template <class Self>
  [[nodiscard]] static Self load_as(const std::filesystem::path& path) {
    auto model = std::make_unique<ModelType>();
    PosixFileSystem fs;
    load_model<P, Network>(fs, path, identity(), model->codec, model->weights, model->knows_null, &model->calibration);
    Self optimizer;
    static_cast<TrainedModel&>(optimizer).model_.put(std::move(model));
    return optimizer;
  }

  /// An optimizer from the bytes of such a file, for a machine without files: link them in (examples/gdm_embed.cpp writes
  /// them as an array) and call this once; `solve` then touches no heap and throws nothing on a sound condition.
  /// @throws Error [GDM-R402], [GDM-R403]
  template <class Self>
  [[nodiscard]] static Self from_as(std::span<const std::byte> bytes) {
    auto model = std::make_unique<ModelType>();
    take_model<P, Network>(TensorFile::parse(bytes, "model in memory"), identity(), model->codec, model->weights,
                           model->knows_null, &model->calibration);
    Self optimizer;
    static_cast<TrainedModel&>(optimizer).model_.put(std::move(model));
    return optimizer;
  }

  /// What `calibrate` found, also after loading. @throws Error [GDM-R221] before training
  [[nodiscard]] Calibration calibration() const { return model_.require("calibration")->calibration; }

  /// A copy of the trained weights by name, for inspection. @throws Error [GDM-R221] before training
  [[nodiscard]] Parameters weights() const { return model_.require("weights")->weights; }

  /// Number of trainable numbers.
  [[nodiscard]] static std::size_t parameter_count() {
    return gdm::parameter_count<Network>(*std::make_unique<Parameters>());
  }

 protected:
  using ModelType = Model<P, Scalar, Network>;

  static ModelIdentity identity() {
    return {std::string(ProblemTraits<P>::name()), Schedule::name(), Denoiser::name(), Parameterisation::name()};
  }

  ModelSlot<ModelType> model_;
};

}  // namespace detail
GDM_NAMESPACE_END
