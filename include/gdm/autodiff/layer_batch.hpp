// SPDX-License-Identifier: MIT
/// @file
/// @brief What a layer on tokens is told of the instances that it works on.
#pragma once

#include <gdm/autodiff/linear.hpp>

GDM_NAMESPACE_BEGIN

/// The instances of a batch as a layer sees them.
template <class S, class Layout>
struct LayerBatch {
  const Layout& layout;           ///< which columns belong to whom (gdm/autodiff/token_columns.hpp)
  detail::Columns<const S> time;  ///< features of each instance's diffusion step; for training
  const S* const* pairs;          ///< of each instance, expanded (gdm/autodiff/pair_sum.hpp); null: all pairs are zero
};

GDM_NAMESPACE_END
