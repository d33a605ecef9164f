// SPDX-License-Identifier: MIT
/// @file
/// @brief Random numbers that are a pure function of (seed, instance, sample, step) and a position.
#pragma once

#include <cstdint>
#include <limits>

#include <gdm/core/error.hpp>
#include <gdm/core/random_fill.hpp>

GDM_NAMESPACE_BEGIN

/// Draws one number after the other from a stream, for code that cannot know how many it needs: rejection, shuffles,
/// problem instances. A UniformRandomBitGenerator; but the distributions of `<random>` differ between standard libraries,
/// the members here do not.
class RandomStream {
 public:
  using result_type = std::uint32_t;

  /// All that a stream remembers: keep its fields in a checkpoint, and the stream goes on with the same bits.
  struct State {
    StreamId id;
    std::uint64_t position = 0;  ///< 32-bit words drawn so far; a stream repeats after 2^34

    friend constexpr bool operator==(const State&, const State&) noexcept = default;
  };

  explicit RandomStream(const StreamId& id) noexcept : state_{id, 0} {}
  explicit RandomStream(std::uint64_t seed, std::uint32_t instance = 0, std::uint32_t sample = 0,
                        std::uint32_t step = 0) noexcept
      : RandomStream(StreamId{seed, instance, sample, step}) {}
  explicit RandomStream(const State& state) noexcept : state_(state) {
    if (state_.position % 4 != 0) load();
  }

  static constexpr result_type min() noexcept { return 0; }
  static constexpr result_type max() noexcept { return std::numeric_limits<result_type>::max(); }

  /// The next word: a fresh stream gives the words of `fill_bits`.
  result_type operator()() noexcept {
    const auto word = detail::to_size(state_.position % 4);
    if (word == 0) load();
    ++state_.position;
    return block_[word];
  }

  /// Uniform in (0, 1), an odd multiple of 2^-53 from two words: a fresh stream gives `fill_uniform<double>`.
  double uniform() noexcept {
    const std::uint64_t low = (*this)();
    const std::uint64_t high = (*this)();
    return static_cast<double>((low | high << 32) >> 12) * 0x1p-52 + 0x1p-53;
  }

  /// Uniform between `low` and `high`, which rounding may reach.
  double uniform(double low, double high) noexcept { return simd::multiply_add(uniform(), high - low, low); }

  /// Standard normal from four words: of each pair of `fill_normal` the first, so that there is no second one to
  /// remember.
  double normal() noexcept {
    random_detail::Blocks words;
    for (auto& word : words.word) word = random_detail::Words{} + std::uint64_t{(*this)()};
    return random_detail::NormalKernel<double>::apply(words).even[0];
  }

  /// Uniform in {0, ..., n - 1} without bias. Source: Lemire, "Fast random integer generation in an interval", ACM
  /// Trans. Model. Comput. Simul. 29 (2019), algorithm 5.
  /// @throws Error [GDM-R201] when n is 0.
  std::uint32_t below(std::uint32_t n) {
    if (n == 0) throw Error(Errc::invalid_argument, "RandomStream::below", "n is 0", "Give at least 1");
    std::uint64_t product = std::uint64_t{(*this)()} * n;
    if (static_cast<std::uint32_t>(product) < n) {
      const std::uint32_t excess = (0U - n) % n;  // 2^32 modulo n
      while (static_cast<std::uint32_t>(product) < excess) product = std::uint64_t{(*this)()} * n;
    }
    return static_cast<std::uint32_t>(product >> 32);
  }

  [[nodiscard]] State state() const noexcept { return state_; }

 private:
  void load() noexcept { block_ = philox_block(state_.id, static_cast<std::uint32_t>(state_.position / 4)); }

  State state_;
  PhiloxBlock block_{};  // the words of the block at `position`, which follow from the state
};

GDM_NAMESPACE_END
