// SPDX-License-Identifier: MIT
/// @file
/// @brief The front door: all that a user of the library needs.
#pragma once

#include <gdm/analysis/evaluation.hpp>
#include <gdm/data/reference_csv.hpp>
#include <gdm/nn/set_mlp.hpp>
#include <gdm/optimizer.hpp>
#include <gdm/problem/computation_offloading.hpp>
#include <gdm/problem/noma_uav.hpp>
#include <gdm/problem/projection.hpp>
#include <gdm/problem/sum_rate.hpp>
#include <gdm/train/progress_bar.hpp>
