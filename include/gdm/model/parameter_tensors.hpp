// SPDX-License-Identifier: MIT
/// @file
/// @brief A network's weights as named tensors of a file, and the checks that model files and checkpoints share.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include <gdm/io/safetensors.hpp>
#include <gdm/io/safetensors_writer.hpp>

GDM_NAMESPACE_BEGIN
namespace detail {

template <class... Extent>
TensorShape shape(Extent... extents) {
  return TensorShape(std::array{static_cast<std::uint64_t>(extents)...});
}

}  // namespace detail

/// @throws Error [GDM-R403] unless the metadata entry `key` is `expected`
inline void require_metadata(const TensorFile& file, const std::string& key, const std::string& expected) {
  const std::string& found = file.metadata(key);
  if (found != expected) {
    throw Error(Errc::file_mismatch, file.label(), key + " is \"" + found + "\" where \"" + expected + "\" is expected",
                "Use a file of the same problem, policies and settings, or train again");
  }
}

/// Reads a tensor and notes that it was expected.
template <class T, class Values>
void read_tensor(const TensorFile& file, const std::string& name, const TensorShape& shape, Values& values,
                 std::vector<TensorSpec>& expected) {
  file.copy<T>(name, shape, std::span<T>(values));
  expected.push_back({name, dtype_of<T>, shape});
}

/// Adds every block of `parameters` as tensor `<part>.<name>`, `[rows, columns]` with the last index fastest.
template <class Network, class Parameters>
void add_parameters(TensorFileWriter& file, const std::string& part, const Parameters& parameters) {
  Network::visit(
      [&](const std::string& name, const auto& block) {
        using B = std::remove_cvref_t<decltype(block)>;
        using S = typename B::Scalar;
        std::vector<S> values;
        for (int i = 0; i < B::rows; ++i)
          for (int j = 0; j < B::cols; ++j) values.push_back(block(i, j));
        file.add<S>(part + "." + name, detail::shape(B::rows, B::cols), values);
      },
      parameters);
}

/// Reads what `add_parameters` wrote; the padding becomes zero.
template <class Network, class Parameters>
void read_parameters(const TensorFile& file, const std::string& part, Parameters& parameters,
                     std::vector<TensorSpec>& expected) {
  Network::visit(
      [&](const std::string& name, auto& block) {
        using B = std::remove_cvref_t<decltype(block)>;
        using S = typename B::Scalar;
        std::vector<S> values(static_cast<std::size_t>(B::rows) * B::cols);
        read_tensor<S>(file, part + "." + name, detail::shape(B::rows, B::cols), values, expected);
        block = B{};
        for (int i = 0; i < B::rows; ++i)
          for (int j = 0; j < B::cols; ++j) block(i, j) = values[static_cast<std::size_t>(i * B::cols + j)];
      },
      parameters);
}

GDM_NAMESPACE_END
