// SPDX-License-Identifier: MIT
/// @file
/// @brief What is trained: a codec and a network's weights, and what follows from them.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include <gdm/autodiff/block.hpp>
#include <gdm/core/error.hpp>
#include <gdm/model/calibration.hpp>
#include <gdm/model/codec.hpp>

GDM_NAMESPACE_BEGIN

/// A trained network with the codec in front of and behind it, never changed once it is made: any number of threads may
/// read it.
/// @tparam Network  what a denoiser policy makes of the problem's shape (see gdm/nn/denoiser.hpp)
template <Problem P, class Scalar, class NetworkType>
struct Model {
  using Network = NetworkType;
  using ProblemCodec = Codec<P, Network::tied>;

  ProblemCodec codec;
  typename Network::Parameters weights;
  typename Network::Tables tables;
  Block<Scalar, Network::latents, 1> low, high;  ///< range of the clean latents in training, standardised
  Calibration calibration;                       ///< empty unless `calibrate` was called
  bool knows_null = true;  ///< whether it was trained without the condition, too, which guidance needs

  /// Works out what follows from codec and weights.
  void finish() {
    Network::tabulate(weights, tables);
    for (int i = 0; i < Network::latents; ++i) {
      low(i, 0) = Scalar(codec.latents.lowest[i]);
      high(i, 0) = Scalar(codec.latents.highest[i]);
    }
  }
};

namespace detail {

/// The model that an object has now. Threads that solve keep the one that they began with while another one is put in
/// its place.
template <class M>
class ModelSlot {
 public:
  ModelSlot() = default;
  ModelSlot(const ModelSlot& other) : model_(other.get()) {}
  ModelSlot& operator=(const ModelSlot& other) {
    model_.store(other.get());
    return *this;
  }

  [[nodiscard]] std::shared_ptr<const M> get() const noexcept { return model_.load(); }
  [[nodiscard]] bool filled() const noexcept { return get() != nullptr; }
  void put(std::unique_ptr<M> model) {
    model->finish();
    model_.store(std::shared_ptr<const M>(std::move(model)));
  }
  /// @throws Error [GDM-R221] without a model
  [[nodiscard]] std::shared_ptr<const M> require(const char* where) const {
    auto model = get();
    if (!model) throw Error(Errc::not_trained, where, "there are no weights yet", "Call train or load first");
    return model;
  }

 private:
  std::atomic<std::shared_ptr<const M>> model_;
};

/// Buffers of the calling thread, made at its first call and kept. A call within a call, from a problem that solves in its
/// own decoder say, gets buffers of its own.
template <class Buffers>
class ThreadBuffers {
 public:
  ThreadBuffers() {
    Pool& p = pool();
    if (p.used == p.buffers.size()) p.buffers.emplace_back(new Buffers{});
    mine_ = p.buffers[p.used++].get();
  }
  ~ThreadBuffers() { --pool().used; }
  ThreadBuffers(const ThreadBuffers&) = delete;
  ThreadBuffers& operator=(const ThreadBuffers&) = delete;

  Buffers* operator->() const noexcept { return mine_; }
  Buffers& operator*() const noexcept { return *mine_; }

 private:
  struct Pool {
    std::vector<std::unique_ptr<Buffers>> buffers;
    std::size_t used = 0;
  };
  static Pool& pool() {
    thread_local Pool p;
    return p;
  }
  Buffers* mine_;
};

}  // namespace detail
GDM_NAMESPACE_END
