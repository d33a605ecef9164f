// SPDX-License-Identifier: MIT
/// @file
/// @brief A network's weights as one span of numbers, and their initial values.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <gdm/autodiff/block.hpp>
#include <gdm/core/random.hpp>

GDM_NAMESPACE_BEGIN

/// All numbers of a parameter struct, padding included: it is made of blocks and nothing else.
template <class S, class Parameters>
std::span<S> flat(Parameters& parameters) noexcept {
  static_assert(sizeof(Parameters) % sizeof(S) == 0);
  return {reinterpret_cast<S*>(&parameters), sizeof(Parameters) / sizeof(S)};
}
/// @copydoc flat
template <class S, class Parameters>
std::span<const S> flat(const Parameters& parameters) noexcept {
  static_assert(sizeof(Parameters) % sizeof(S) == 0);
  return {reinterpret_cast<const S*>(&parameters), sizeof(Parameters) / sizeof(S)};
}

/// Where a block lies in a struct of weights. Files and initial values go through these: code that is compiled once for
/// all networks, and not for every size of a block.
struct BlockPlace {
  std::string name;
  std::size_t begin;  ///< bytes from the beginning of the struct
  int rows, cols, stride;
  bool single;  ///< float, else double

  /// Calls f(first number) with the number's type.
  template <class Byte, class F>
  void with_numbers(Byte* parameters, const F& f) const {
    using Single = std::conditional_t<std::is_const_v<Byte>, const float, float>;
    using Double = std::conditional_t<std::is_const_v<Byte>, const double, double>;
    single ? f(reinterpret_cast<Single*>(parameters + begin)) : f(reinterpret_cast<Double*>(parameters + begin));
  }
};

/// All blocks of a network's weights.
template <class Network, class Parameters>
GDM_COLD std::vector<BlockPlace> block_places(const Parameters& parameters) {
  std::vector<BlockPlace> places;
  const auto* const begin = reinterpret_cast<const std::byte*>(&parameters);
  Network::visit(
      [&]<class S, int Rows, int Cols>(const std::string& name, const Block<S, Rows, Cols>& block) {
        const auto at = static_cast<std::size_t>(reinterpret_cast<const std::byte*>(block.data) - begin);
        places.push_back({name, at, Rows, Cols, block.stride, std::is_same_v<S, float>});
      },
      parameters);
  return places;
}

/// Number of weights without the padding.
template <class Network, class Parameters>
GDM_COLD std::size_t parameter_count(const Parameters& parameters) {
  std::size_t n = 0;
  for (const BlockPlace& place : block_places<Network>(parameters))
    n += static_cast<std::size_t>(place.rows) * static_cast<std::size_t>(place.cols);
  return n;
}

namespace detail {

GDM_COLD inline void initialise_blocks(const std::vector<BlockPlace>& places, std::byte* parameters, std::uint64_t seed,
                                       const std::string& last) {
  std::uint32_t number = 0;
  for (const BlockPlace& place : places) {
    RandomStream random(seed, for_initial_weights, number++);
    if (!place.name.ends_with("weight") || place.name.starts_with(last)) continue;
    const double deviation = std::sqrt(2.0 / place.cols);
    place.with_numbers(parameters, [&]<class S>(S* first) {
      for (int j = 0; j < place.cols; ++j)
        for (int i = 0; i < place.rows; ++i)
          first[i + static_cast<std::ptrdiff_t>(j) * place.stride] = S(deviation * random.normal());
    });
  }
}

}  // namespace detail

/// Weights ~ N(0, 2 / fan-in) (He et al. 2015), the last layer zero so that training starts from the mean prediction;
/// biases and the null condition zero.
/// @param last  name prefix of the last layer
template <class Network, class Parameters>
void initialise(Parameters& parameters, std::uint64_t seed, const std::string& last) {
  std::memset(static_cast<void*>(&parameters), 0, sizeof parameters);
  detail::initialise_blocks(block_places<Network>(std::as_const(parameters)), reinterpret_cast<std::byte*>(&parameters),
                            seed, last);
}

GDM_NAMESPACE_END
