// SPDX-License-Identifier: MIT
/// @file
/// @brief Line pictures as SVG through gnuplot, in colours that colour-blind readers tell apart (Okabe and Ito 2008).
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

namespace example {

/// One curve.
struct Curve {
  std::string name{};  ///< in the legend; empty: not there
  std::vector<double> x{}, y{};
  int colour = 0;  ///< 0 .. 6 of the palette, 7 is grey
  bool dashed = false;
  bool points = false;
  bool line = true;    ///< false: points alone
  int symbol = 7;      ///< gnuplot's number: 5 square, 7 disk, 9 triangle, 13 rhombus; one less: its outline
  double size = 0.35;  ///< of the symbol
  std::vector<double> low{}, high{};    ///< ends of an interval around every y; empty: none
  std::vector<std::string> labels{};    ///< a word at every point; empty: none
  std::string label_offset = "0,-0.7";  ///< from the point, in characters
};

/// One pair of axes with its curves.
struct Panel {
  std::string title{};
  std::string x_label{}, y_label{};  ///< with units
  std::vector<Curve> curves{};
  bool log_x = false, log_y = false;
  double least = 0;                  ///< on a logarithmic axis, what is less is drawn here; 0: zeros are left out
  std::string legend = "top right";  ///< where gnuplot puts it; "off": nowhere
  std::string more{};                ///< further gnuplot commands, `set xrange [0:20]` say
};

namespace detail {

inline const char* colour(int index) {
  static constexpr const char* palette[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                            "#e69f00", "#56b4e9", "#000000", "#777777"};
  return palette[static_cast<std::size_t>(index) % 8];
}

/// A string in gnuplot's single quotes, in which nothing but the quote itself is special.
inline std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

/// What is drawn of a number.
inline double shown(const Panel& panel, double y) { return panel.log_y ? std::max(y, panel.least) : y; }

/// Whether a curve has points at the least value that is drawn.
inline bool reaches_least(const Panel& panel) {
  for (const Curve& curve : panel.curves)
    for (const double y : curve.y)
      if (panel.log_y && y <= panel.least) return true;
  return false;
}

/// Limits of a logarithmic axis: no point or interval touches the frame, and at least two decades have their names.
inline std::string log_range(const Panel& panel) {
  double low = std::numeric_limits<double>::infinity(), high = 0;
  for (const Curve& curve : panel.curves)
    for (const auto* values : {&curve.y, &curve.low, &curve.high})
      for (const double v : *values) {
        const double y = shown(panel, v);
        if (!std::isfinite(y) || y <= 0) continue;
        low = std::min(low, y);
        high = std::max(high, y);
      }
  if (!(low <= high)) return {};
  low /= 1.8;
  high *= 1.8;
  if (std::floor(std::log10(high)) - std::ceil(std::log10(low)) < 1) {
    low = std::pow(10.0, std::floor(std::log10(low)));
    high = std::pow(10.0, std::ceil(std::log10(high)));
  }
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), "set yrange [%.4g:%.4g]", low, high);
  return text.data();
}

inline void plot_panel(std::FILE* to, const Panel& panel, std::size_t number) {
  const auto say = [&](const std::string& line) { std::fprintf(to, "%s\n", line.c_str()); };
  for (std::size_t k = 0; k < panel.curves.size(); ++k) {
    const Curve& curve = panel.curves[k];
    say("$panel" + std::to_string(number) + "curve" + std::to_string(k) + " << EOD");
    for (std::size_t i = 0; i < curve.x.size(); ++i) {
      const double y = shown(panel, curve.y[i]);
      if (!std::isfinite(y) || (panel.log_y && y <= 0)) continue;
      const auto end = [&](const std::vector<double>& ends) {
        return ends.empty() || !std::isfinite(ends[i]) ? y : shown(panel, ends[i]);
      };
      std::fprintf(to, "%.9g %.9g %.9g %.9g %s\n", curve.x[i], y, end(curve.low), end(curve.high),
                   curve.labels.empty() ? "-" : curve.labels[i].c_str());
    }
    say("EOD");
  }
  say("set autoscale; unset offsets; set xtics auto norotate; set ytics auto");
  say("set title " + quoted(panel.title) + " noenhanced");
  // gnuplot measures the name of the lowest tick by its markup, and would put the axis' name too far away.
  say("set xlabel " + quoted(panel.x_label) + " noenhanced offset 0,0.3; set ylabel " + quoted(panel.y_label) +
      (reaches_least(panel) || panel.more.find("≤") != std::string::npos ? " offset 2.5,0" : " offset 0,0"));
  say(std::string(panel.log_x ? "set logscale x" : "unset logscale x"));
  say(std::string(panel.log_y ? "set logscale y; set format y '10^{%T}'; set mytics 1"
                              : "unset logscale y; set format y '%g'"));
  if (panel.log_y) say(log_range(panel));
  if (reaches_least(panel))
    std::fprintf(to, "set ytics add ('≤ 10^{%.0f}' %.9g)\n", std::log10(panel.least), panel.least);
  say(panel.legend == "off" ? "unset key" : "set key " + panel.legend);
  if (!panel.more.empty()) say(panel.more);
  for (std::size_t k = 0; k < panel.curves.size(); ++k) {
    const Curve& curve = panel.curves[k];
    const std::string points = std::string(curve.line ? "linespoints" : "points") + " pt " +
                               std::to_string(curve.symbol) + " ps " + std::to_string(curve.size);
    std::fprintf(to, "%s$panel%zucurve%zu using 1:2 with %s lc rgb '%s' lw %s%s %s", k == 0 ? "plot " : ", ", number, k,
                 curve.points ? points.c_str() : "lines", colour(curve.colour), curve.dashed ? "1.2" : "2",
                 curve.dashed ? " dt (6,4)" : "",
                 curve.name.empty() ? "notitle" : ("title " + quoted(curve.name) + " noenhanced").c_str());
    if (!curve.low.empty())
      std::fprintf(to, ", '' using 1:3:(0):($4-$3) with vectors nohead lw 1.2 lc rgb '%s' notitle",
                   colour(curve.colour));
    if (!curve.labels.empty())
      std::fprintf(to, ", '' using 1:2:5 with labels font ',10' offset %s tc rgb '%s' notitle",
                   curve.label_offset.c_str(), colour(curve.colour));
  }
  say("");
}

}  // namespace detail

/// Place for a legend of all panels above them: give it to the first, and "off" to the others.
inline std::string legend_above(int rows) {
  return "at screen 0.5,0.995 center top vertical maxrows " + std::to_string(rows);
}

/// Draws the panels side by side, or in rows of `columns` below room for the legend of all of them.
/// @param legend_rows  of that legend
/// @param bottom       room for the names below a panel, in pixels; where it is much, they are turned and lean out
/// @return false without gnuplot, or if it failed; nothing is left at `path` then
inline bool write_svg(const std::filesystem::path& path, const std::vector<Panel>& panels, std::size_t columns = 0,
                      std::size_t legend_rows = 3, double bottom = 65) {
  if (panels.empty() || std::system("gnuplot --version >/dev/null 2>&1") != 0) return false;
  std::FILE* gnuplot = popen("gnuplot", "w");
  if (gnuplot == nullptr) return false;
  const std::size_t n = panels.size();
  const std::size_t across = columns == 0 ? n : std::min(columns, n), down = (n + across - 1) / across;
  std::fprintf(gnuplot, "set encoding utf8\n");
  // In pixels: the panels with their titles and names of axes, and the legend.
  const std::size_t width = across == 1 ? std::size_t{640} : 540 * across,
                    legend = columns == 0 ? 0 : 22 * legend_rows + 12;
  const std::size_t height = 400 * down + legend;
  std::fprintf(gnuplot, "set terminal svg size %zu,%zu font 'Helvetica,14' background rgb 'white'\nset output %s\n",
               width, height, detail::quoted(path.string()).c_str());
  std::fprintf(gnuplot, "set grid lc rgb '#dddddd' lw 0.6\nset border 3 lc rgb '#444444'\nset tics nomirror\n");
  std::fprintf(gnuplot, "set key spacing 1.1 samplen 2 opaque\n");
  if (n > 1) {
    std::fprintf(gnuplot, "set multiplot layout %zu,%zu", down, across);
    if (columns != 0) {
      const auto w = static_cast<double>(width), h = static_cast<double>(height);
      std::fprintf(gnuplot, " margins %.4f,%.4f,%.4f,%.4f spacing %.4f,%.4f", 105 / w, 1 - (bottom > 100 ? 75 : 20) / w,
                   bottom / h, 1 - (static_cast<double>(legend) + 45) / h, 120 / w, (bottom + 45) / h);
    }
    std::fprintf(gnuplot, "\n");
  }
  for (std::size_t i = 0; i < n; ++i) detail::plot_panel(gnuplot, panels[i], i);
  if (n > 1) std::fprintf(gnuplot, "unset multiplot\n");
  std::fprintf(gnuplot, "set output\n");
  const bool drawn = pclose(gnuplot) == 0;
  std::error_code error;
  if (!drawn) std::filesystem::remove(path, error);
  return drawn;
}

}  // namespace example
