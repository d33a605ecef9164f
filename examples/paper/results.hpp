// SPDX-License-Identifier: MIT
/// @file
/// @brief The numbers of all experiments: one CSV a figure, appended cell by cell, so that a run can be resumed.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace paper {

/// One experiment under one setting with one seed.
struct CellKey {
  std::string figure, problem, method, setting;
  std::size_t seed = 0;
  friend auto operator<=>(const CellKey&, const CellKey&) = default;
};

using Metrics = std::vector<std::pair<std::string, double>>;

class Results {
 public:
  /// Reads what earlier runs left in `folder`; a cell that was not finished is forgotten.
  /// @param settings  those of this run; every CSV names its own in its first line
  Results(std::filesystem::path folder, std::string settings);

  /// @throws std::runtime_error if the numbers of this figure that are there already belong to other settings
  void require_same_settings(const std::string& figure) const;

  [[nodiscard]] bool has(const CellKey& key) const { return cells_.contains(key); }
  /// Keeps the cell, in memory and at the end of its figure's CSV.
  void add(const CellKey& key, const Metrics& metrics);

  /// The metric's value for every seed.
  [[nodiscard]] std::vector<double> values(const std::string& figure, const std::string& problem,
                                           const std::string& method, const std::string& setting,
                                           const std::string& metric) const;
  [[nodiscard]] bool any(const std::string& figure) const;
  /// The settings of every figure that is there.
  [[nodiscard]] const std::map<std::string, std::string>& settings() const { return figure_settings_; }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] const std::map<CellKey, Metrics>& cells() const { return cells_; }

 private:
  [[nodiscard]] std::filesystem::path csv(const std::string& figure) const { return folder_ / (figure + ".csv"); }
  void read(const std::filesystem::path& path);

  std::filesystem::path folder_;
  std::string settings_;
  std::map<std::string, std::string> figure_settings_;
  std::map<CellKey, Metrics> cells_;
};

}  // namespace paper
