// SPDX-License-Identifier: MIT
#include "results.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace paper {
namespace {

constexpr const char* header = "problem,method,setting,seed,metric,value";
constexpr const char* last_metric = "seconds";  // a cell without it was interrupted

std::string lines_of(const CellKey& key, const Metrics& metrics) {
  std::string text;
  for (const auto& [name, value] : metrics) {
    char number[40];
    std::snprintf(number, sizeof number, "%.9g", value);
    text += key.problem + "," + key.method + "," + key.setting + "," + std::to_string(key.seed) + "," + name + "," +
            number + "\n";
  }
  return text;
}

}  // namespace

Results::Results(std::filesystem::path folder, std::string settings)
    : folder_(std::move(folder)), settings_(std::move(settings)) {
  std::filesystem::create_directories(folder_);
  for (const auto& entry : std::filesystem::directory_iterator(folder_))
    if (entry.path().extension() == ".csv") read(entry.path());
}

void Results::read(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  if (!line.starts_with("# ")) throw std::runtime_error(path.string() + " does not begin with its settings");
  const std::string figure = path.stem().string(), settings = line.substr(2);
  figure_settings_[figure] = settings;
  std::getline(in, line);
  std::map<CellKey, Metrics> found;
  while (std::getline(in, line)) {
    std::stringstream fields(line);
    CellKey key;
    std::string seed, metric, value;
    key.figure = figure;
    std::getline(fields, key.problem, ',');
    std::getline(fields, key.method, ',');
    std::getline(fields, key.setting, ',');
    std::getline(fields, seed, ',');
    std::getline(fields, metric, ',');
    if (!std::getline(fields, value) || in.eof()) continue;  // a line that was cut short
    key.seed = std::stoul(seed);
    found[key].emplace_back(metric, std::stod(value));
  }
  in.close();
  std::string text = "# " + settings + "\n" + header + "\n";
  for (const auto& [key, metrics] : found) {
    if (metrics.back().first != last_metric) continue;
    cells_[key] = metrics;
    text += lines_of(key, metrics);
  }
  const std::filesystem::path fresh = path.string() + ".new";
  std::ofstream(fresh) << text;
  std::filesystem::rename(fresh, path);
}

void Results::require_same_settings(const std::string& figure) const {
  const auto found = figure_settings_.find(figure);
  if (found == figure_settings_.end() || found->second == settings_) return;
  throw std::runtime_error(csv(figure).string() + " holds results of other settings (" + found->second + "; now " +
                           settings_ + "): give another --out, or move the file away");
}

void Results::add(const CellKey& key, const Metrics& metrics) {
  for (const std::string* name : {&key.problem, &key.method, &key.setting})
    if (std::count(name->begin(), name->end(), ',') > 0) throw std::logic_error("a comma in the name " + *name);
  const auto path = csv(key.figure);
  const bool fresh = !std::filesystem::exists(path);
  std::ofstream out(path, std::ios::app);
  if (fresh) out << "# " << settings_ << "\n" << header << "\n";
  figure_settings_[key.figure] = settings_;
  out << lines_of(key, metrics) << std::flush;
  if (!out) throw std::runtime_error("cannot write " + path.string());
  cells_[key] = metrics;
}

std::vector<double> Results::values(const std::string& figure, const std::string& problem, const std::string& method,
                                    const std::string& setting, const std::string& metric) const {
  std::vector<double> found;
  for (auto it = cells_.lower_bound({figure, problem, method, setting, 0}); it != cells_.end(); ++it) {
    const CellKey& k = it->first;
    if (k.figure != figure || k.problem != problem || k.method != method || k.setting != setting) break;
    for (const auto& [name, value] : it->second)
      if (name == metric) found.push_back(value);
  }
  return found;
}

bool Results::any(const std::string& figure) const {
  const auto it = cells_.lower_bound({figure, "", "", "", 0});
  return it != cells_.end() && it->first.figure == figure;
}

}  // namespace paper
