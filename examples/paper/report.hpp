// SPDX-License-Identifier: MIT
/// @file
/// @brief The report: tables, pictures, and what the numbers say about the paper's claims.
#pragma once

#include "results.hpp"
#include "settings.hpp"

namespace paper {

/// Writes report.md and one picture a figure into the results' folder, from whatever is there.
void write_report(const Results& results, const Settings& settings);

}  // namespace paper
