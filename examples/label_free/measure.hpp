// SPDX-License-Identifier: MIT
/// @file
/// @brief Learning without labels beside training with labels: the same network, the same instances, one core.
#pragma once

#include <cmath>
#include <cstdio>
#include <ctime>
#include <gdm/gdm.hpp>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace example {

/// What learning begins with and refines by.
enum class Knowledge {
  field,      ///< the problem's own baseline and steps of ascent
  ascent,     ///< random points and the problem's own steps of ascent
  objective,  ///< random points and a search along the coordinates: nothing but objective and projection
};

inline const char* name_of(Knowledge knowledge) {
  return knowledge == Knowledge::field    ? "baseline, own ascent"
         : knowledge == Knowledge::ascent ? "random points, own ascent"
                                          : "objective alone";
}

/// How much is learnt.
struct LabelFreeEffort {
  std::size_t instances, rounds, samples = 16, refine = 3, polish = 30;
  Knowledge knowledge = Knowledge::field;
};

/// A point of a curve: what was reached after so many seconds of processor time.
struct RoundPoint {
  std::size_t round;
  double seconds;
  double table;     ///< gap of the best known solutions' mean objective to that of the labels; negative: better
  double sample;    ///< gap of one plain sample; NaN where there is no model
  double replaced;  ///< share of the instances whose best known solution became better
};

/// Mean gaps on fresh instances, and the processor time that the model took.
struct Reached {
  double seconds = 0, one = 0, of16 = 0, refined16 = 0;  ///< refined16: best of 16, five steps each
};

/// One row of the table with its curve.
struct LabelFreeRun {
  std::string problem;
  LabelFreeEffort effort;
  std::vector<RoundPoint> curve;
  Reached learnt, trained;
  std::vector<std::string> warnings;
};

inline double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

/// Mean gap of one sample, of the best of 16, and of the best of 16 that took five steps each.
template <class Optimizer, class P>
Reached reached(const Optimizer& optimizer, const gdm::Dataset<P>& test, double seconds) {
  const auto gap = [&](const typename Optimizer::SolveOptions& options) {
    return gdm::evaluate(optimizer, test, options).mean_gap;
  };
  return {seconds, gap({.seed = 1, .threads = 1}), gap({.samples = 16, .seed = 1, .threads = 1}),
          gap({.samples = 16, .refine = 5, .seed = 1, .threads = 1})};
}

/// Takes down every round.
struct RoundCurve {
  double start, labels;  ///< when learning began; mean objective of the labels
  std::vector<RoundPoint> points{};

  gdm::Flow on_round(const gdm::RoundInfo& info) {
    points.push_back({info.round, processor_seconds() - start, gap(info.objective), gap(info.sampled), info.replaced});
    return gdm::Flow::proceed;
  }
  [[nodiscard]] double gap(double objective) const { return worse * (labels - objective) / std::abs(labels); }
  double worse = 1;  ///< -1 where less is better
};

/// Learns on the conditions of `rows`; labels are for comparison alone, after the fact.
/// @tparam Optimizer  gdm::GdmOptimizer<P>, with another refinement perhaps
template <class P, class Optimizer>
LabelFreeRun learn_without_labels(std::string problem, const LabelFreeEffort& effort, const gdm::Dataset<P>& rows,
                                  const gdm::Dataset<P>& test, const Reached& trained) {
  double labels = 0;
  for (std::size_t i = 0; i < rows.size(); ++i)
    labels += P::objective(rows.condition(i), rows.solution(i)) / static_cast<double>(rows.size());
  gdm::Dataset<P> table;
  table.conditions = rows.conditions;
  Optimizer optimizer;
  RoundCurve curve{.start = processor_seconds(), .labels = labels};
  curve.worse = P::sense == gdm::Sense::maximize ? 1 : -1;
  const auto report = optimizer.learn(table,
                                      {.instances = effort.instances,
                                       .rounds = effort.rounds,
                                       .samples = effort.samples,
                                       .refine = effort.refine,
                                       .polish = effort.polish,
                                       .baseline = effort.knowledge == Knowledge::field,
                                       .seed = 1,
                                       .threads = 1},
                                      curve);
  const double seconds = processor_seconds() - curve.start;
  curve.points.push_back({effort.rounds + 1, seconds, curve.gap(report.objective.back()),
                          curve.gap(report.final_sampled), 0});  // the model that is left
  return {std::move(problem), effort, curve.points, reached(optimizer, test, seconds), trained, report.warnings};
}

/// The same instances with labels and without, once for every effort.
template <class P>
void measure_label_free(const std::string& problem, const std::vector<LabelFreeEffort>& efforts,
                        std::vector<LabelFreeRun>& runs) {
  const auto test = gdm::generate<P>(2'000, /*seed=*/999);
  const std::size_t instances = efforts.front().instances;
  const double start = processor_seconds();
  const auto rows = gdm::generate<P>(instances, /*seed=*/1, /*threads=*/1);
  gdm::GdmOptimizer<P> supervised;
  supervised.train(rows, {.seed = 1, .threads = 1});
  const Reached trained = reached(supervised, test, processor_seconds() - start);
  for (const LabelFreeEffort& effort : efforts) {
    auto of_effort = rows;
    if (effort.instances < instances) {
      of_effort.conditions = gdm::rows_of(rows.conditions, 0, effort.instances);
      of_effort.solutions = gdm::rows_of(rows.solutions, 0, effort.instances);
    }
    if (effort.knowledge == Knowledge::objective) {
      using Alone = gdm::GdmOptimizer<P, gdm::CoordinateRefine>;
      runs.push_back(learn_without_labels<P, Alone>(problem, effort, of_effort, test, trained));
    } else {
      runs.push_back(learn_without_labels<P, gdm::GdmOptimizer<P>>(problem, effort, of_effort, test, trained));
    }
  }
}

void label_free_sum_rate_3(std::vector<LabelFreeRun>& runs);
void label_free_sum_rate_80(std::vector<LabelFreeRun>& runs);
void label_free_offloading_3(std::vector<LabelFreeRun>& runs);
void label_free_offloading_10(std::vector<LabelFreeRun>& runs);
void label_free_noma_uav_3(std::vector<LabelFreeRun>& runs);
void label_free_power_control_10(std::vector<LabelFreeRun>& runs);
void label_free_beamforming_4x8(std::vector<LabelFreeRun>& runs);

}  // namespace example
