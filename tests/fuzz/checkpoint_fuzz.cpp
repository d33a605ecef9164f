// SPDX-License-Identifier: MIT
/// @file
/// @brief Resuming from a checkpoint: all of it or nothing, with the checksums as they are and with right ones.
#include <memory>

#include <gdm/model/checkpoint_file.hpp>
#include <gdm/train/trainer.hpp>

#include "tensor_file_tools.hpp"
#include "tiny_network.hpp"

namespace {

using gdm_test::require;
using gdm_test::TinyNetwork;
using State = gdm::TrainState<TinyNetwork::Parameters>;

bool finite(const State& state) {
  return TinyNetwork::finite(state.weights) && TinyNetwork::finite(state.first_moment) &&
         TinyNetwork::finite(state.second_moment) && TinyNetwork::finite(state.average) &&
         std::ranges::all_of(state.loss, [](double loss) { return std::isfinite(loss); });
}

void resume(std::span<const std::byte> bytes) {
  static const gdm::CheckpointFile<TinyNetwork> checkpoint("fuzz", "r");
  State state{};
  state.step = 7;
  state.weights.gain(0, 0) = 3;
  const State before = state;
  gdm_test::MemoryFileSystem fs(bytes);
  if (gdm_test::refuses([&] { checkpoint.resume(state, fs); })) {
    require(state.step == 7 && state.epoch == 0 && state.loss.empty() &&
                TinyNetwork::same(state.weights, before.weights) && TinyNetwork::same(state.average, before.average),
            "a refused checkpoint changes nothing");
  } else {
    require(state.loss.size() == state.epoch, "one loss for each epoch");
    require(finite(state), "all that is resumed is finite");
  }
}

}  // namespace

std::size_t memory_allowance(std::size_t size) { return size + (2U << 20U); }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = gdm_test::bytes_of(data, size);
  resume(bytes);
  (void)gdm_test::refuses([&] {
    const auto file = gdm::TensorFile::parse(bytes, "fuzz", {.require_checksums = false});
    resume(gdm_test::writer_of(file).bytes());
  });
  return 0;
}
