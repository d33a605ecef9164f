// SPDX-License-Identifier: MIT
/// @file
/// @brief Line pictures as SVG through gnuplot, in colours that colour-blind readers tell apart (Okabe and Ito 2008).
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
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
};

/// One pair of axes with its curves.
struct Panel {
  std::string title{};
  std::string x_label{}, y_label{};  ///< with units
  std::vector<Curve> curves{};
  bool log_x = false, log_y = false;
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

inline void plot_panel(std::FILE* to, const Panel& panel, std::size_t number) {
  const auto say = [&](const std::string& line) { std::fprintf(to, "%s\n", line.c_str()); };
  for (std::size_t k = 0; k < panel.curves.size(); ++k) {
    const Curve& curve = panel.curves[k];
    say("$panel" + std::to_string(number) + "curve" + std::to_string(k) + " << EOD");
    for (std::size_t i = 0; i < curve.x.size(); ++i) {
      const bool drawn = std::isfinite(curve.y[i]) && (!panel.log_y || curve.y[i] > 0);
      if (drawn) std::fprintf(to, "%.9g %.9g\n", curve.x[i], curve.y[i]);
    }
    say("EOD");
  }
  say("set autoscale; unset offsets");
  say("set title " + quoted(panel.title) + " noenhanced");
  say("set xlabel " + quoted(panel.x_label) + " offset 0,0.3; set ylabel " + quoted(panel.y_label));
  say(std::string(panel.log_x ? "set logscale x" : "unset logscale x"));
  say(std::string(panel.log_y ? "set logscale y; set format y '10^{%T}'; set mytics 1"
                              : "unset logscale y; set format y '%g'"));
  say(panel.legend == "off" ? "unset key" : "set key " + panel.legend);
  if (!panel.more.empty()) say(panel.more);
  for (std::size_t k = 0; k < panel.curves.size(); ++k) {
    const Curve& curve = panel.curves[k];
    std::fprintf(to, "%s$panel%zucurve%zu using 1:2 with %s lc rgb '%s' lw %s%s %s", k == 0 ? "plot " : ", ", number, k,
                 curve.points ? "linespoints pt 7 ps 0.35" : "lines", colour(curve.colour), curve.dashed ? "1.2" : "2",
                 curve.dashed ? " dt (6,4)" : "",
                 curve.name.empty() ? "notitle" : ("title " + quoted(curve.name) + " noenhanced").c_str());
  }
  say("");
}

}  // namespace detail

/// Draws the panels side by side.
/// @return false without gnuplot, or if it failed; nothing is left at `path` then
inline bool write_svg(const std::filesystem::path& path, const std::vector<Panel>& panels) {
  if (panels.empty() || std::system("gnuplot --version >/dev/null 2>&1") != 0) return false;
  std::FILE* gnuplot = popen("gnuplot", "w");
  if (gnuplot == nullptr) return false;
  const std::size_t n = panels.size();
  std::fprintf(gnuplot, "set terminal svg size %zu,400 font 'Helvetica,14' background rgb 'white'\nset output %s\n",
               n == 1 ? std::size_t{640} : 540 * n, detail::quoted(path.string()).c_str());
  std::fprintf(gnuplot, "set grid lc rgb '#dddddd' lw 0.6\nset border 3 lc rgb '#444444'\nset tics nomirror\n");
  std::fprintf(gnuplot, "set key spacing 1.1 samplen 2 opaque\n");
  if (n > 1) std::fprintf(gnuplot, "set multiplot layout 1,%zu\n", n);
  for (std::size_t i = 0; i < n; ++i) detail::plot_panel(gnuplot, panels[i], i);
  if (n > 1) std::fprintf(gnuplot, "unset multiplot\n");
  std::fprintf(gnuplot, "set output\n");
  const bool drawn = pclose(gnuplot) == 0;
  std::error_code error;
  if (!drawn) std::filesystem::remove(path, error);
  return drawn;
}

}  // namespace example
