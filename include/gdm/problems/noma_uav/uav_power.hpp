// SPDX-License-Identifier: MIT
/// @file
/// @brief The position over which minimum rates need the least power: whether an instance is feasible at all.
#pragma once

#include <algorithm>
#include <array>

#include <gdm/problems/noma_uav/sic_minimum_rate.hpp>
#include <gdm/problems/noma_uav/uav_site.hpp>

GDM_NAMESPACE_BEGIN

/// What BoxSearch maximises: the total power over the power that is needed at a position; `enough` where it suffices.
///
/// The needed power rises with every noise, so that the least noises of a box give a bound. A box over which the power
/// cannot suffice is dropped, however much is missing, and the search ends with the first position where it does.
template <int K>
class UavPowerShare {
 public:
  using Site = UavSite<K>;
  using Row = typename Site::Row;

  static constexpr double enough = 1e300;  ///< above every bound

  /// @param gain rho0 / sigma2 at 1 m, 1/mW
  UavPowerShare(const Site& site, const SicConstraints& constraints, double gain)
      : site_(site), constraints_(constraints), gain_(gain) {}

  /// Power in mW that margins and minimum rates need at a position.
  [[nodiscard]] double needed(double ux, double uy) const { return needed(site_.sorted_distances(ux, uy)); }
  [[nodiscard]] double value(double ux, double uy) const {
    const double power = needed(ux, uy);
    return power <= constraints_.total ? enough : std::min(constraints_.total / power, 1.0 - 1e-15);
  }

  template <class Consider>
  void bound(SearchBox& box, const SearchResult& best, const Consider& consider) const {
    const typename Site::View view = site_.look(box);
    const double least = needed(Site::sorted(view.nearest)) * (1.0 - 1e-13);  // less than rounding could make it
    box.bound = least <= constraints_.total ? constraints_.total / least : 0.0;
    if (box.bound <= best.value) {
      return;
    }
    // For the limits that hold at the centre, the needed power is a weighted sum of the noises, least at the weighted
    // mean of the terminals.
    const Row weight = weights(view);
    double sum = 0.0, x = 0.0, y = 0.0;
    for (std::size_t k = 0; k < Site::size; ++k) {
      const std::size_t i = view.order[k];
      sum += weight[k];
      x += weight[k] * site_.x[i];
      y += weight[k] * site_.y[i];
    }
    if (sum > 0.0) {
      consider(x / sum, y / sum);
    }
  }

 private:
  [[nodiscard]] double needed(Row squared_distances) const {
    for (double& element : squared_distances) {
      element /= gain_;
    }
    return least_total(squared_distances, constraints_);
  }
  /// Derivatives of the needed power with respect to the noises, nearest terminal first, at the centre of a box.
  [[nodiscard]] Row weights(const typename Site::View& view) const {
    std::array<Row, Site::size> of_power{};
    Row of_sum{};
    double sum = 0.0, power = 0.0;
    for (std::size_t k = 0; k < Site::size; ++k) {
      const double by_margin = k == 0 ? 0.0 : power + constraints_.margin;
      const double by_rate = constraints_.factor * (sum + view.t[view.order[k]] / gain_);
      if (by_rate > by_margin) {
        for (std::size_t j = 0; j < Site::size; ++j) {
          of_power[k][j] = constraints_.factor * (of_sum[j] + (j == k ? 1.0 : 0.0));
        }
      } else if (k > 0) {
        of_power[k] = of_power[k - 1];
      }
      power = std::max(by_margin, by_rate);
      sum += power;
      for (std::size_t j = 0; j < Site::size; ++j) {
        of_sum[j] += of_power[k][j];
      }
    }
    return of_sum;
  }

  Site site_;
  SicConstraints constraints_;
  double gain_;
};

GDM_NAMESPACE_END
