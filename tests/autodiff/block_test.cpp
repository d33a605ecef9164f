// SPDX-License-Identifier: MIT
#include <gdm/autodiff/block.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

TEST_CASE_TEMPLATE("columns start at whole registers and the matrix shares their memory", S, float, double) {
  gdm::Block<S, 5, 3> block{};
  for (const S v : block.data) CHECK(v == S(0));
  CHECK(block.stride % gdm::simd::lanes<S> == 0);
  CHECK(reinterpret_cast<std::uintptr_t>(block.data) % 64 == 0);
  for (int j = 0; j < 3; ++j)
    for (int i = 0; i < 5; ++i) block(i, j) = S(10 * i + j);
  CHECK(block.matrix().rows() == 5);
  CHECK(block.matrix().cols() == 3);
  for (int j = 0; j < 3; ++j) {
    CHECK(block.column(j) == block.data + j * block.stride);
    for (int i = 0; i < 5; ++i) {
      CHECK(block.matrix()(i, j) == S(10 * i + j));
      CHECK(&block.matrix().coeffRef(i, j) == &block(i, j));
    }
    for (int i = 5; i < block.stride; ++i) CHECK(block.column(j)[i] == S(0));
  }
}

TEST_CASE_TEMPLATE("the matrix of a single row steps over the padding between its elements", S, float, double) {
  gdm::Block<S, 1, 4> row{};
  for (int j = 0; j < 4; ++j) row(0, j) = S(j + 1);
  for (int j = 0; j < 4; ++j) CHECK(row.matrix()(0, j) == S(j + 1));
  row.matrix() *= S(2);
  for (int j = 0; j < 4; ++j) CHECK(row(0, j) == S(2 * (j + 1)));
  gdm::Block<S, 1, 1> one{};
  one(0, 0) = S(3);
  CHECK(one.matrix()(0, 0) == S(3));
}

TEST_CASE_TEMPLATE("a loop over registers covers the whole block once, padding included", S, float, double) {
  using B = gdm::Block<S, 5, 3>;
  std::vector<int> seen(static_cast<std::size_t>(B::stride * B::cols));
  gdm::detail::for_each_register<B>([&](int offset) {
    for (int i = 0; i < gdm::simd::lanes<S>; ++i) ++seen[static_cast<std::size_t>(offset + i)];
  });
  for (const int times : seen) CHECK(times == 1);
}
