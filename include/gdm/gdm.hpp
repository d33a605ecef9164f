// SPDX-License-Identifier: MIT
/// @file
/// @brief The front door: all that a user of the library needs.
#pragma once

#include <gdm/analysis/evaluation.hpp>
#include <gdm/nn/set_mlp.hpp>
#include <gdm/optimizer.hpp>
#include <gdm/optimum/projection.hpp>
#include <gdm/problems/beamforming/defaults.hpp>
#include <gdm/problems/noma_uav/defaults.hpp>
#include <gdm/problems/noma_uav/reference_layout.hpp>
#include <gdm/problems/offloading/defaults.hpp>
#include <gdm/problems/offloading/reference_layout.hpp>
#include <gdm/problems/power_control/defaults.hpp>
#include <gdm/problems/sum_rate/defaults.hpp>
#include <gdm/problems/sum_rate/reference_layout.hpp>
#include <gdm/train/progress_bar.hpp>
