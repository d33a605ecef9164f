// SPDX-License-Identifier: MIT
/// @file
/// @brief A network's weights as one span of numbers, and their initial values.
#pragma once

#include <cmath>
#include <span>
#include <string>
#include <type_traits>

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

/// Number of weights without the padding.
template <class Network, class Parameters>
std::size_t parameter_count(const Parameters& parameters) {
  std::size_t n = 0;
  Network::visit([&](const std::string&, const auto& block) { n += static_cast<std::size_t>(block.matrix().size()); },
                 parameters);
  return n;
}

/// Weights ~ N(0, 2 / fan-in) (He et al. 2015), the last layer zero so that training starts from the mean prediction;
/// biases and the null condition zero.
/// @param last  name prefix of the last layer
template <class Network, class Parameters>
void initialise(Parameters& parameters, std::uint64_t seed, const std::string& last) {
  std::uint32_t block_index = 0;
  Network::visit(
      [&](const std::string& name, auto& block) {
        using B = std::remove_reference_t<decltype(block)>;
        using S = typename B::Scalar;
        block = B{};
        RandomStream random(seed, for_initial_weights, block_index++);
        const bool weight = name.ends_with("weight") && !name.starts_with(last);
        const double deviation = std::sqrt(2.0 / B::cols);
        for (int j = 0; j < B::cols; ++j)
          for (int i = 0; i < B::rows; ++i) block(i, j) = S(weight ? deviation * random.normal() : 0.0);
      },
      parameters);
}

GDM_NAMESPACE_END
