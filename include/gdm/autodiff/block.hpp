// SPDX-License-Identifier: MIT
/// @file
/// @brief A fixed-size matrix whose columns are padded to whole SIMD registers: weights, activations and gradients.
#pragma once

#include <string>
#include <type_traits>

#include <gdm/core/simd.hpp>

GDM_NAMESPACE_BEGIN

/// `Rows` x `Cols` numbers by columns. Column j starts at `data + j * stride`; the rows beyond `Rows` are padding:
/// never read into a result, and zero in weights and gradients, where every operation keeps it so. An aggregate:
/// `Block<float, 3, 64> b{}` is zero.
template <class S, int Rows, int Cols>
struct Block {
  using Scalar = S;
  using Matrix = Eigen::Matrix<S, Rows, Cols>;
  static constexpr int rows = Rows;
  static constexpr int cols = Cols;
  static constexpr int stride = simd::padded<S>(Rows);

  alignas(simd::has_registers<S> ? 64 : alignof(S)) S data[static_cast<std::size_t>(stride) * Cols];

  S* column(int j) noexcept { return data + static_cast<std::ptrdiff_t>(j) * stride; }
  const S* column(int j) const noexcept { return data + static_cast<std::ptrdiff_t>(j) * stride; }
  S& operator()(int i, int j) noexcept { return column(j)[i]; }
  const S& operator()(int i, int j) const noexcept { return column(j)[i]; }

  /// The block as an Eigen matrix, without a copy and without the padding.
  auto matrix() noexcept { return Eigen::Map<Matrix, 0, Strides>(data); }
  auto matrix() const noexcept { return Eigen::Map<const Matrix, 0, Strides>(data); }

 private:
  // Eigen stores a single row by rows: there the distance between columns is the inner stride.
  using Strides = std::conditional_t<Rows == 1 && Cols != 1, Eigen::InnerStride<stride>, Eigen::OuterStride<stride>>;
};

namespace detail {

/// The name of a part's block: `layers.0.weight`. Never inlined, since every `visit` has many of them.
GDM_ONE_COPY inline std::string dotted(const char* part, const std::string& name) { return part + ("." + name); }
GDM_ONE_COPY inline std::string dotted(std::size_t part, const std::string& name) {
  return std::to_string(part) + "." + name;
}

/// Calls `f(offset)` for every register of a block's memory, padding included.
template <class B, class F>
inline void for_each_register(const F& f) {
  for (int i = 0; i < B::stride * B::cols; i += simd::lanes<typename B::Scalar>) f(i);
}

}  // namespace detail
GDM_NAMESPACE_END
