// SPDX-License-Identifier: MIT
/// @file
/// @brief A network's weights as named tensors of a file, and the checks that model files and checkpoints share.
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gdm/io/safetensors.hpp>
#include <gdm/io/safetensors_writer.hpp>
#include <gdm/nn/parameters.hpp>

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

namespace detail {

GDM_COLD inline void add_blocks(TensorFileWriter& file, const std::string& part, const std::vector<BlockPlace>& places,
                                const std::byte* parameters) {
  for (const BlockPlace& place : places) {
    place.with_numbers(parameters, [&]<class S>(const S* first) {
      std::vector<S> values;
      for (int i = 0; i < place.rows; ++i)
        for (int j = 0; j < place.cols; ++j) values.push_back(first[i + static_cast<std::ptrdiff_t>(j) * place.stride]);
      file.add<S>(part + "." + place.name, shape(place.rows, place.cols), values);
    });
  }
}

GDM_COLD inline void read_blocks(const TensorFile& file, const std::string& part, const std::vector<BlockPlace>& places,
                                 std::byte* parameters, std::vector<TensorSpec>& expected) {
  for (const BlockPlace& place : places) {
    place.with_numbers(parameters, [&]<class S>(S* first) {
      std::vector<S> values(static_cast<std::size_t>(place.rows) * static_cast<std::size_t>(place.cols));
      read_tensor<S>(file, part + "." + place.name, shape(place.rows, place.cols), values, expected);
      auto value = values.begin();
      for (int i = 0; i < place.rows; ++i)
        for (int j = 0; j < place.cols; ++j) first[i + static_cast<std::ptrdiff_t>(j) * place.stride] = *value++;
    });
  }
}

}  // namespace detail

/// Adds every block of `parameters` as tensor `<part>.<name>`, `[rows, columns]` with the last index fastest.
template <class Network, class Parameters>
void add_parameters(TensorFileWriter& file, const std::string& part, const Parameters& parameters) {
  detail::add_blocks(file, part, block_places<Network>(parameters), reinterpret_cast<const std::byte*>(&parameters));
}

/// Reads what `add_parameters` wrote; the padding becomes zero.
template <class Network, class Parameters>
void read_parameters(const TensorFile& file, const std::string& part, Parameters& parameters,
                     std::vector<TensorSpec>& expected) {
  std::memset(static_cast<void*>(&parameters), 0, sizeof parameters);
  detail::read_blocks(file, part, block_places<Network>(std::as_const(parameters)),
                      reinterpret_cast<std::byte*>(&parameters), expected);
}

GDM_NAMESPACE_END
