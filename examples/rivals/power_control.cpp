// SPDX-License-Identifier: MIT
#include <numbers>

#include "../support/wmmse.hpp"
#include "measure.hpp"

namespace {

/// PowerControl<K> as a smooth objective over shares of the limits.
template <int K>
struct Powers {
  using P = gdm::PowerControl<K>;
  using Condition = typename P::Condition;
  static constexpr int size = K;
  static gdm::Vector<K> low(const Condition&) { return gdm::Vector<K>::Zero(); }
  static gdm::Vector<K> high(const Condition& x) { return x.template tail<K>(); }
  static gdm::Vector<K> usual(const Condition& x) { return x.template tail<K>(); }  // full power
  static double value(const void* condition, const gdm::Vector<K>& p, gdm::Vector<K>* gradient) {
    const Condition& x = *static_cast<const Condition*>(condition);
    const Eigen::Map<const Eigen::Matrix<double, K, K, Eigen::RowMajor>> gain(x.data());
    const auto weight = x.template segment<K>(K * K);
    const gdm::Vector<K> all = (gain * p).array() + 1;
    const gdm::Vector<K> noise = all - gain.diagonal().cwiseProduct(p);
    const gdm::Vector<K> with = weight.cwiseQuotient(all), without = weight.cwiseQuotient(noise);
    if (gradient != nullptr) {
      const gdm::Vector<K> slope = gain.transpose() * (with - without) + gain.diagonal().cwiseProduct(without);
      *gradient = slope * std::numbers::log2e;
    }
    return (all.array() / noise.array()).log().matrix().dot(weight) * std::numbers::log2e;
  }
};

}  // namespace

double example::measure_rivals_on_power_control(bool quick, std::vector<ParetoPoint>& table) {
  using P = gdm::PowerControl<10>;
  Pareto<P> pareto("power-control-10", quick ? Effort{500, 2, 20, 1, 0, 1} : Effort{40'000, 300, 200, 1, 0.1, 1},
                   table);
  pareto.learned<gdm::GraphMlp<16, 4>>();
  for (const int starts : {1, 10, 42}) {
    pareto.measure("WMMSE", static_cast<std::size_t>(starts),
                   [starts](const P::Condition& x, std::size_t) { return wmmse_powers<10>(x, starts); });
  }
  solvers<Powers<10>>(pareto);
  pareto.finish();
  return gradient_error<Powers<10>>();
}
