// How gap and time grow with the size of the problem: SumRate to 512 channels, offloading to 10 nodes, NOMA to 6.
//
// Every size is trained and tested on its own, with the library's defaults. Writes scaling.csv and scaling.svg.
#include <gdm/gdm.hpp>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "support/no_network.hpp"
#include "support/plot.hpp"

namespace {

using example::Curve;
using example::Panel;
using example::write_svg;

struct Row {
  std::string problem;
  int size;
  double one, best, worst, training_seconds, microseconds, no_network, no_network_microseconds;
};

template <class P>
Row measure(const std::string& name, int size, std::size_t rows, std::size_t tests, std::size_t epochs) {
  gdm::GdmOptimizer<P> optimizer;
  const auto data = gdm::generate<P>(rows, 1);
  const gdm::TrainReport report = optimizer.train(data, {.epochs = epochs, .seed = 1}, gdm::ProgressBar{});
  const auto test = gdm::generate<P>(tests, 2026);
  const gdm::Evaluation one = gdm::evaluate(optimizer, test, {.seed = 1});
  const gdm::Evaluation best = gdm::evaluate(optimizer, test, {.samples = 16, .seed = 1});
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < 100; ++i) (void)optimizer.solve(test.condition(i % tests), {.seed = i});
  const double us = std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count() / 100;
  const example::NoNetwork heuristic = example::no_network(test);
  const Row row{name,
                size,
                one.mean_gap,
                best.mean_gap,
                one.worst_gap,
                report.seconds,
                us,
                heuristic.quality.mean_gap,
                heuristic.microseconds};
  std::printf(
      "%-22s size %4d  mean gap %.1e  best of 16 %.1e  worst %.1e  training %.0f s  %.0f us a solve; "
      "no network %.1e in %.2g us\n",
      name.c_str(), size, row.one, row.best, row.worst, row.training_seconds, us, row.no_network,
      row.no_network_microseconds);
  std::fflush(stdout);
  return row;
}

Panel panel(const std::vector<Row>& table, const std::string& y_label, double Row::*value) {
  Panel result;
  result.x_label = "channels, nodes or terminals";
  result.y_label = y_label;
  result.legend = "bottom right";
  result.log_x = result.log_y = true;
  int colour = 0;
  for (const char* name : {"SumRate", "ComputationOffloading", "NomaUav"}) {
    Curve curve{.name = name, .colour = colour++, .points = true};
    for (const Row& r : table) {
      if (r.problem != name) continue;
      curve.x.push_back(r.size);
      curve.y.push_back(r.*value);
    }
    result.curves.push_back(curve);
  }
  return result;
}

}  // namespace

int main() {
  std::vector<Row> table;
  const auto rate = [&]<int M>(std::size_t rows, std::size_t epochs) {
    table.push_back(measure<gdm::SumRate<M>>("SumRate", M, rows, 500, epochs));
  };
  rate.operator()<8>(10'000, 80);
  rate.operator()<32>(10'000, 80);
  rate.operator()<128>(10'000, 40);
  rate.operator()<512>(4'000, 30);
  table.push_back(measure<gdm::ComputationOffloading<3>>("ComputationOffloading", 3, 30'000, 1000, 60));
  table.push_back(measure<gdm::ComputationOffloading<6>>("ComputationOffloading", 6, 30'000, 1000, 40));
  table.push_back(measure<gdm::ComputationOffloading<10>>("ComputationOffloading", 10, 30'000, 1000, 30));
  table.push_back(measure<gdm::NomaUav<3>>("NomaUav", 3, 10'000, 1000, 200));
  table.push_back(measure<gdm::NomaUav<4>>("NomaUav", 4, 10'000, 500, 200));
  table.push_back(measure<gdm::NomaUav<6>>("NomaUav", 6, 20'000, 300, 60));

  std::ofstream csv("scaling.csv");
  csv << "problem,size,mean gap of one sample,mean gap of best of 16,worst gap,training s,us a solve,"
         "mean gap without network,us without network\n";
  for (const Row& r : table)
    csv << r.problem << ',' << r.size << ',' << r.one << ',' << r.best << ',' << r.worst << ',' << r.training_seconds
        << ',' << r.microseconds << ',' << r.no_network << ',' << r.no_network_microseconds << '\n';
  if (write_svg("scaling.svg", {panel(table, "mean relative gap, one sample", &Row::one),
                                panel(table, "time of a solve (µs)", &Row::microseconds)})) {
    std::printf("picture: scaling.svg\n");
  } else {
    std::printf("no gnuplot, no picture: the numbers are in scaling.csv\n");
  }
  double worst = 0;
  for (const Row& r : table) worst = std::max(worst, r.one);
  return worst < 2e-2 ? 0 : 1;
}
