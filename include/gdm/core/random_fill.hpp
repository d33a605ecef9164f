// SPDX-License-Identifier: MIT
/// @file
/// @brief Arrays of random words, uniforms and normals, a register of Philox blocks at a time.
///
/// Value j of a stream is a function of the stream's id and of j alone: a longer fill starts with the values of a
/// shorter one, and neither the width of the registers nor the compiler or its flags (but for -ffast-math) change a
/// bit. Nothing here allocates. A stream holds 2^34 words or floats and 2^33 doubles, and then repeats.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include <gdm/core/random_register.hpp>

GDM_NAMESPACE_BEGIN

namespace random_detail {

/// Counts through the blocks of one column after the other, a register at a time: lane i of (`block`, `step`) is i
/// blocks ahead of lane 0.
class BlockCounter {
 public:
  [[gnu::always_inline]] BlockCounter(std::uint32_t first_step, std::uint64_t blocks_a_column) noexcept
      : blocks_(blocks_a_column) {
    const Words lane = lane_numbers(std::make_index_sequence<block_lanes>{});
    block = lane;
    step = Words{} + std::uint64_t{first_step};
    for (std::uint64_t k = blocks_; k <= block_lanes; k += blocks_, ++step_stride_) wrap(lane >= Words{} + k);
    block_stride_ = block_lanes - step_stride_ * blocks_;
  }

  [[gnu::always_inline]] void advance() noexcept {
    block += block_stride_;
    step += step_stride_;
    wrap(block >= Words{} + blocks_);
  }

  Words block{};
  Words step{};

 private:
  template <std::size_t... I>
  [[gnu::always_inline]] static Words lane_numbers(std::index_sequence<I...>) noexcept {
    return Words{I...};
  }

  template <class Mask>
  [[gnu::always_inline]] void wrap(const Mask& past_the_end) noexcept {
    block -= simd::as<Words>(past_the_end) & blocks_;
    step -= simd::as<Words>(past_the_end);  // true is -1
  }

  std::uint64_t blocks_;
  std::uint64_t block_stride_;
  std::uint64_t step_stride_ = 0;
};

/// Columns k = 0, ..., `columns` - 1 of `rows` values each, from the streams with step = first.step + k. The blocks of
/// all columns run through the registers one behind the other, so that short columns do not waste lanes.
template <class Kernel, class T>
void fill_columns(const StreamId& first, std::size_t columns, std::size_t rows, T* out) noexcept {
  constexpr std::size_t per_block = sizeof(PhiloxBlock) / sizeof(T);
  constexpr std::size_t per_register = block_lanes * per_block;
  constexpr std::size_t group = 4;  // registers: Philox is one long chain, and several of them hide its latency
  if (columns == 0 || rows == 0) return;

  const std::size_t blocks = (rows + per_block - 1) / per_block;
  const bool contiguous = columns == 1 || rows % per_block == 0;  // no gap behind a column
  const T* const end = out + columns * rows;
  const Words sample = Words{} + std::uint64_t{first.sample};
  const Words instance = Words{} + std::uint64_t{first.instance};
  const RoundKeys keys(first.seed);
  BlockCounter counter(first.step, blocks);
  std::size_t row = 0;
  T buffer[per_register];
  for (std::size_t left = (columns * blocks + block_lanes - 1) / block_lanes; left > 0;) {
    const std::size_t registers = std::min(left, group);
    left -= registers;
    Blocks drawn[group];
    for (std::size_t r = 0; r < registers; ++r, counter.advance()) {
      drawn[r] = philox(counter.block, counter.step, sample, instance, keys);
    }
    for (std::size_t r = 0; r < registers; ++r) {
      const auto values = Kernel::apply(drawn[r]);
      if (contiguous && static_cast<std::size_t>(end - out) >= per_register) {
        store_interleaved(out, values);
        out += per_register;
        continue;
      }
      store_interleaved(buffer, values);
      if (contiguous) {
        std::memcpy(out, buffer, static_cast<std::size_t>(end - out) * sizeof(T));
        return;
      }
      for (std::size_t i = 0; i < per_register; i += per_block) {
        const std::size_t count = std::min(per_block, rows - row);
        if (static_cast<std::size_t>(end - out) >= per_block) {
          std::memcpy(out, buffer + i, per_block * sizeof(T));  // the next block writes over what is too much
        } else {
          for (std::size_t j = 0; j < count; ++j) out[j] = buffer[i + j];
        }
        out += count;
        if (out == end) return;
        row = row + count == rows ? 0 : row + count;
      }
    }
  }
}

}  // namespace random_detail

/// The first `n` words of a stream: the blocks `philox_block(id, 0)`, `philox_block(id, 1)`, ... in a row.
inline void fill_bits(const StreamId& id, std::uint32_t* out, std::size_t n) noexcept {
  random_detail::fill_columns<random_detail::BitsKernel>(id, 1, n, out);
}

/// The first `n` uniforms in (0, 1) of a stream: float j, an odd multiple of 2^-24, comes from word j; double j, an odd
/// multiple of 2^-53, from words 2 j (low) and 2 j + 1 (high).
template <class S>
requires(simd::has_registers<S>) void fill_uniform(const StreamId& id, S* out, std::size_t n) noexcept {
  random_detail::fill_columns<random_detail::UniformKernel<S>>(id, 1, n, out);
}

/// The first `n` standard normals of a stream, four floats or two doubles to a block, within 1e-6 (float) or 2e-15
/// (double) of the exact Box-Muller transform.
template <class S>
requires(simd::has_registers<S>) void fill_normal(const StreamId& id, S* out, std::size_t n) noexcept {
  random_detail::fill_columns<random_detail::NormalKernel<S>>(id, 1, n, out);
}

/// The noise of many denoising steps at once. `out` has `steps` columns of `dim` standard normals: column k is
/// `fill_normal` of the stream with step = first.step + k, bit for bit. Sizes below 1 write nothing.
template <class S>
requires(simd::has_registers<S>) void fill_normal_steps(const StreamId& first, int steps, int dim, S* out) noexcept {
  if (steps <= 0 || dim <= 0) return;
  random_detail::fill_columns<random_detail::NormalKernel<S>>(first, static_cast<std::size_t>(steps),
                                                              static_cast<std::size_t>(dim), out);
}

GDM_NAMESPACE_END
