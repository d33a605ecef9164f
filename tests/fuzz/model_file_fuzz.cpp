// SPDX-License-Identifier: MIT
/// @file
/// @brief Loading a model, with the checksums as they are and with right ones: what is loaded gives feasible answers.
#include <array>
#include <limits>

#include <gdm/model/model_file.hpp>
#include <gdm/problems/sum_rate/defaults.hpp>

#include "tensor_file_tools.hpp"
#include "tiny_network.hpp"

namespace {

using gdm_test::require;
using gdm_test::TinyNetwork;
using Problem = gdm::SumRate<1>;

void load(std::span<const std::byte> bytes) {
  static const gdm::ModelIdentity identity{"p", "s", "d", "v"};
  gdm_test::MemoryFileSystem fs(bytes);
  gdm::Codec<Problem, false> codec;
  TinyNetwork::Parameters weights;
  bool knows_null = false;
  if (gdm_test::refuses(
          [&] { gdm::load_model<Problem, TinyNetwork>(fs, "fuzz", identity, codec, weights, knows_null); }))
    return;
  require(TinyNetwork::finite(weights), "the weights are finite");
  require(codec.features.deviation[0] > 0 && codec.latents.deviation[0] > 0, "deviations are positive");
  const Problem::Condition x{1.5, 0.25};
  float column = 0;
  gdm::Codec<Problem, false>::Instance instance;
  codec.encode_condition(x, instance, &column);
  require(!std::isnan(column), "a condition is encoded as a number");
  for (const float z : {0.0F, 1e38F, -std::numeric_limits<float>::infinity(), std::nanf("")}) {
    require(Problem::violation(x, codec.decode(instance, &z)) <= 1e-9, "every latent stands for a feasible answer");
  }
}

}  // namespace

std::size_t memory_allowance(std::size_t size) { return size + (2U << 20U); }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = gdm_test::bytes_of(data, size);
  load(bytes);
  (void)gdm_test::refuses([&] {
    const auto file = gdm::TensorFile::parse(bytes, "fuzz", {.require_checksums = false});
    load(gdm_test::writer_of(file).bytes());
  });
  return 0;
}
