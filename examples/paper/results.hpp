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
  /// Reads what an earlier run left in `folder`; a cell that it did not finish is forgotten.
  /// @throws std::runtime_error if those numbers belong to other settings
  Results(std::filesystem::path folder, std::string settings);

  [[nodiscard]] bool has(const CellKey& key) const { return cells_.contains(key); }
  /// Keeps the cell, in memory and at the end of its figure's CSV.
  void add(const CellKey& key, const Metrics& metrics);

  /// The metric's value for every seed.
  [[nodiscard]] std::vector<double> values(const std::string& figure, const std::string& problem,
                                           const std::string& method, const std::string& setting,
                                           const std::string& metric) const;
  [[nodiscard]] bool any(const std::string& figure) const;
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] const std::map<CellKey, Metrics>& cells() const { return cells_; }

 private:
  [[nodiscard]] std::filesystem::path csv(const std::string& figure) const { return folder_ / (figure + ".csv"); }
  void read(const std::filesystem::path& path);

  std::filesystem::path folder_;
  std::string settings_;
  std::map<CellKey, Metrics> cells_;
};

}  // namespace paper
