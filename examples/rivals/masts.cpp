// SPDX-License-Identifier: MIT
#include "masts.hpp"

#include "measure.hpp"

namespace {

struct MastPlaces {
  using P = example::Masts;
  using Condition = P::Condition;
  static constexpr int size = 4;
  static gdm::Vector<4> low(const Condition&) { return gdm::Vector<4>::Zero(); }
  static gdm::Vector<4> high(const Condition&) { return gdm::Vector<4>::Ones(); }
  /// Left and right of the middle: from one point, both would stay together.
  static gdm::Vector<4> usual(const Condition&) { return {0.25, 0.5, 0.75, 0.5}; }
  static double value(const void* condition, const gdm::Vector<4>& q, gdm::Vector<4>* gradient) {
    return P::rate(*static_cast<const Condition*>(condition), q, gradient);
  }
};

}  // namespace

double example::measure_rivals_on_masts(bool quick, std::vector<ParetoPoint>& table) {
  using P = Masts;
  Pareto<P> pareto("two-masts", quick ? Effort{500, 2, 20, 1, 0, 1} : Effort{20'000, 300, 200, 1, 0.1, 1}, table);
  pareto.learned<gdm::Mlp<96, 96, 96>>();
  for (const int starts : {1, 10, 28}) {
    pareto.measure("own ascent from pairs of users", static_cast<std::size_t>(starts),
                   [starts](const P::Condition& x, std::size_t) { return P::climb(x, starts, 50, 1e-4); });
  }
  solvers<MastPlaces>(pareto);
  pareto.finish();
  return gradient_error<MastPlaces>();
}
