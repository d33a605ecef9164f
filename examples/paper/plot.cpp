// SPDX-License-Identifier: MIT
#include "plot.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <sstream>

namespace paper {
namespace {

constexpr std::array palette{"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"};
constexpr double floor_of_log = 1e-9;  // a gap of zero is drawn here

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? "'" : std::string(1, c);
  return out + "\"";
}

void write_panel(std::ostream& out, const Panel& panel) {
  out << "unset logscale\nset format y '" << (panel.logarithmic ? "%.0e" : "%g") << "'\n";
  if (panel.logarithmic) out << "set logscale y\n";
  double low = std::numeric_limits<double>::infinity(), high = -low;
  std::size_t points = 0;
  const auto shown = [&](double v) { return panel.logarithmic ? std::max(v, floor_of_log) : v; };
  for (const Series& s : panel.series) {
    points = std::max(points, s.y.size());
    for (const double v : s.y)
      if (std::isfinite(v)) {
        low = std::min(low, shown(v));
        high = std::max(high, shown(v));
      }
  }
  if (points == 0 || !(low <= high)) {
    low = 0.1;
    high = 1;
  }
  if (panel.logarithmic) {  // whole decades, so that at least two of them are labelled
    low = std::pow(10, std::floor(std::log10(low * 0.9)));
    high = std::pow(10, std::ceil(std::log10(high * 1.1)));
  } else {
    const double margin = high > low ? 0.08 * (high - low) : 0.1 * std::abs(high) + 1e-9;
    low -= margin;
    high += margin;
  }
  out << "set yrange [" << low << ":" << high << "]\nset xrange [-0.5:" << double(points) - 0.5 << "]\n";
  if (panel.ticks.empty()) {
    out << "set xtics auto norotate\n";
  } else {
    const bool turned = std::any_of(panel.ticks.begin(), panel.ticks.end(), [](const auto& t) { return t.size() > 6; });
    out << "set xtics " << (turned ? "rotate by -35 left" : "norotate") << " (";
    for (std::size_t i = 0; i < panel.ticks.size(); ++i)
      out << (i == 0 ? "" : ", ") << quoted(panel.ticks[i]) << " " << i;
    out << ")\n";
  }
  out << "set title " << quoted(panel.title) << "\nset xlabel " << quoted(panel.x_label) << "\nset ylabel "
      << quoted(panel.y_label) << "\n";
  for (std::size_t k = 0; k < panel.series.size(); ++k) {
    const Series& s = panel.series[k];
    out << "$d" << k << " << EOD\n";
    const double shift =
        panel.lines || panel.series.size() < 2 ? 0.0 : 0.3 * (double(k) / double(panel.series.size() - 1) - 0.5);
    for (std::size_t i = 0; i < s.y.size(); ++i) {
      if (!std::isfinite(s.y[i])) continue;
      const auto limit = [&](const std::vector<double>& v) {
        return i < v.size() && std::isfinite(v[i]) ? std::clamp(shown(v[i]), low, high) : shown(s.y[i]);
      };
      out << double(i) + shift << " " << shown(s.y[i]) << " " << limit(s.low) << " " << limit(s.high) << "\n";
    }
    out << "EOD\n";
  }
  out << "plot ";
  for (std::size_t k = 0; k < panel.series.size(); ++k) {
    const Series& s = panel.series[k];
    const std::string colour = palette[static_cast<std::size_t>(s.colour) % palette.size()];
    if (k > 0) out << ", \\\n  ";
    out << "$d" << k << " using 1:2";
    if (s.dashed) {
      out << " with lines dashtype 2 linewidth 1.2 linecolor rgb '" << colour << "'";
    } else if (s.low.empty()) {
      out << " with linespoints pointtype 7 pointsize 0.3 linewidth 1.5 linecolor rgb '" << colour << "'";
    } else {
      const std::string look = " pointtype " + std::to_string(5 + 2 * (s.colour % 4)) +
                               " pointsize 0.6 linewidth 1.5 linecolor rgb '" + colour + "'";
      out << ":3:4 with " << (panel.lines ? "yerrorlines" : "yerrorbars") << look;
    }
    out << (s.name.empty() ? std::string(" notitle") : " title " + quoted(s.name));
  }
  out << "\n";
}

}  // namespace

bool draw(const std::filesystem::path& svg, const std::vector<Panel>& panels, int columns) {
  static const bool found = std::system("gnuplot --version > /dev/null 2>&1") == 0;
  static bool told = false;
  if (!found) {
    if (!told) std::fprintf(stderr, "gnuplot is not installed: no pictures, the tables have all numbers\n");
    told = true;
    return false;
  }
  const int rows = (static_cast<int>(panels.size()) + columns - 1) / columns;
  const std::filesystem::path script = svg.string() + ".gp";
  std::ofstream out(script);
  out << "set terminal svg size " << 480 * columns << "," << 380 * rows
      << " dynamic noenhanced font 'Helvetica,13' background 'white'\nset output " << quoted(svg.string())
      << "\nset encoding utf8\nset grid linecolor rgb '#dddddd'\nset key outside below horizontal width -2 spacing "
         "1.1\nset xlabel offset 0,0.4\nset multiplot "
         "layout "
      << rows << "," << columns << "\n";
  for (const Panel& panel : panels) write_panel(out, panel);
  out << "unset multiplot\n";
  out.close();
  const bool good = std::system(("gnuplot " + quoted(script.string())).c_str()) == 0;
  std::filesystem::remove(script);
  if (!good) std::fprintf(stderr, "gnuplot failed on %s\n", svg.string().c_str());
  return good;
}

}  // namespace paper
