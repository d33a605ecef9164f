// SPDX-License-Identifier: MIT
/// @file
/// @brief The sum rate over UAV positions for given SIC powers, and upper bounds on it over boxes of positions.
#pragma once

#include <gdm/optimum/quadratic_model.hpp>
#include <gdm/problems/noma_uav/uav_site.hpp>

GDM_NAMESPACE_BEGIN

/// What BoxSearch maximises: the k-th nearest of the terminals has the power p_k, nearest first.
///
/// With t_i the squared distance of terminal i, the rate is F = sum_k chi_k(t_(k)) over the ranks k = 1..K, where
/// chi_k(t) = log(1 + c p_k / (c S_{k-1} + t)), c = rho0 / sigma2 and S_k = p_1 + .. + p_k. Each chi_k falls and is
/// convex. Three upper bounds on F over a box, of which the least counts:
///
/// 1. F <= sum_k chi_k(k-th smallest of the least t_i in the box), since every chi_k falls.
/// 2. With the order of the centre held fixed, a quadratic model: value and gradient at the centre and a matrix above
///    every Hessian in the box. Its error shrinks with the cube of the size, so the number of small boxes around a
///    maximum stays bounded. What another order could add is bounded as follows. Let psi_j = chi_j - chi_{j+1}; then
///    F = sum_i chi_K(t_i) + sum_j (sum of psi_j over the j nearest), and taking the j nearest of the centre instead of
///    the true ones loses at most max(0, -psi_j') times the sum of t_a - t_b over the pairs that may have changed
///    sides.
/// 3. Where psi_j' >= 0, the j nearest are the j that make the sum of psi_j least: F is a minimum over orders there,
///    and its maximum may sit on a kink, where two terminals are equally far. Every mixture of orders is then an upper
///    bound on F; the weights of the mixture whose model has the least maximum are Lagrange multipliers at the kink.
template <int K>
class UavRate {
 public:
  using Site = UavSite<K>;
  using Row = typename Site::Row;

  /// @param power rising, mW
  /// @param gain rho0 / sigma2 at 1 m, 1/mW
  UavRate(const Site& site, const Row& power, double gain) : site_(site) {
    double sum = 0.0;
    for (std::size_t k = 0; k < size; ++k) {
      below_[k] = sum * gain;
      own_[k] = power[k] * gain;
      sum += power[k];
    }
  }

  /// Rate at a position, nat/s/Hz.
  [[nodiscard]] double value(double ux, double uy) const { return rate(site_.sorted_distances(ux, uy)); }
  [[nodiscard]] const Site& site() const noexcept { return site_; }

  UavRate() = default;

  /// One step of a fixed-point iteration to a local maximum. The gradient of the rate is a weighted sum of the vectors
  /// from the terminals to the position; it vanishes at the weighted mean of the terminals, where the step goes (a mean
  /// shift, Fukunaga and Hostetler 1975). Of equally far terminals the site's earlier one counts as the nearer.
  [[nodiscard]] std::array<double, 2> ascend(double ux, double uy) const {
    Row t, near_x = site_.x, near_y = site_.y;
    for (std::size_t i = 0; i < size; ++i) t[i] = site_.squared_distance(ux - site_.x[i], uy - site_.y[i]);
    exchange_sort(t, near_x, near_y);
    double sum = 0.0, x = 0.0, y = 0.0;
    for (std::size_t k = 0; k < size; ++k) {
      const double weight = -slope(k, t[k]);
      sum += weight;
      x += weight * near_x[k];
      y += weight * near_y[k];
    }
    return {x / sum, y / sum};
  }

  template <class Consider>
  void bound(SearchBox& box, const SearchResult& best, const Consider& consider) const {
    const View view = site_.look(box);
    box.bound = std::min(box.bound, rate(Site::sorted(view.nearest)) * rounding);
    if (!(box.bound > best.value)) {
      return;
    }
    const double least = *std::min_element(view.nearest.begin(), view.nearest.end());
    double slack = 0.0;
    bool kinks = false;
    std::array<bool, size> minimum{};  // psi_j' >= 0 in the whole box
    for (std::size_t j = 0; j + 1 < size; ++j) {
      const double loss = exchange_slope(j, least);
      minimum[j] = loss == 0.0;
      for (std::size_t a = 0; a <= j && loss > 0.0; ++a) {
        for (std::size_t b = j + 1; b < size; ++b) {
          slack += loss * view.over(a, b);
        }
      }
      kinks = kinks || (minimum[j] && view.over(j, j + 1) > 0.0);
    }
    Mixture mixture;
    mixture.value = slack;
    for (std::size_t k = 0; k < size; ++k) {
      mixture.weight[k][k] = 1.0;
      mixture.value += log_term(k, view.t[view.order[k]]);
    }
    const QuadraticModel model = model_of(mixture, view);
    accept(box, mixture.value, model, consider);
    if (kinks && box.bound > best.value) {
      mix(mixture, view, minimum, model);
      accept(box, mixture.value, model_of(mixture, view), consider);
    }
  }

 private:
  static constexpr std::size_t size = Site::size;
  static constexpr double rounding = 1.0 + 1e-13;  // more than the rounding of a few dozen operations
  using View = typename Site::View;

  /// A mixture of orders: weight[k][a] is the share of rank k that goes to the terminal that is a-th at the centre.
  struct Mixture {
    std::array<Row, size> weight{};
    double value = 0.0;
  };

  [[nodiscard]] double log_term(std::size_t k, double t) const { return std::log1p(own_[k] / (below_[k] + t)); }
  [[nodiscard]] double slope(std::size_t k, double t) const {
    return -own_[k] / ((below_[k] + t) * (below_[k] + own_[k] + t));
  }
  [[nodiscard]] double curvature(std::size_t k, double t) const {
    const double a = below_[k] + t, b = a + own_[k];
    return own_[k] * (a + b) / (a * a * b * b);
  }
  /// max(0, -psi_j') for all squared distances of at least t: the numerator of psi_j' grows with t, so t is the worst.
  [[nodiscard]] double exchange_slope(std::size_t j, double t) const {
    const double a = below_[j] + t, b = a + own_[j], c = b + own_[j + 1];
    return std::max(0.0, own_[j] * c - own_[j + 1] * a) / (a * b * c);
  }
  /// sum_k chi_k: one logarithm of the product, kept accurate for small rates.
  [[nodiscard]] double rate(const Row& sorted) const {
    double product = 0.0;
    for (std::size_t k = 0; k < size; ++k) {
      const double snr = own_[k] / (below_[k] + sorted[k]);
      product += snr + product * snr;
    }
    return std::log1p(product);
  }

  /// Gradient at the centre and enclosure of the Hessian of a mixture.
  [[nodiscard]] QuadraticModel model_of(const Mixture& mixture, const View& view) const {
    QuadraticModel model;
    for (std::size_t k = 0; k < size; ++k) {
      for (std::size_t a = 0; a < size; ++a) {
        if (mixture.weight[k][a] > 0.0) {
          add(model, view, k, view.order[a], mixture.weight[k][a]);
        }
      }
    }
    return model;
  }
  void add(QuadraticModel& model, const View& view, std::size_t k, std::size_t i, double weight) const {
    const double d = 2.0 * weight * slope(k, view.t[i]);
    model.gx += d * view.dx[i];
    model.gy += d * view.dy[i];
    const double ax = std::abs(view.dx[i]), ay = std::abs(view.dy[i]);
    const double most = 4.0 * weight * curvature(k, view.nearest[i]);
    const double least = 4.0 * weight * curvature(k, view.farthest[i]);
    const double flat = 2.0 * weight * slope(k, view.farthest[i]);
    model.hxx += most * (ax + view.hx) * (ax + view.hx) + flat;
    model.hyy += most * (ay + view.hy) * (ay + view.hy) + flat;
    // dx dy ranges over its centre value +- spread; the factor over [least, most].
    const double middle = view.dx[i] * view.dy[i];
    const double spread = ax * view.hy + ay * view.hx + view.hx * view.hy;
    model.hxy += 0.5 * (most + least) * middle;
    model.radius += 0.5 * (most - least) * std::abs(middle) + most * spread;
  }

  template <class Consider>
  void accept(SearchBox& box, double value, const QuadraticModel& model, const Consider& consider) const {
    const QuadraticModel::Maximum top = model.maximum(box.hx, box.hy);
    box.bound = std::min(box.bound, (value + top.value) * rounding);
    consider(box.x + top.x, box.y + top.y);
  }

  /// Bound 3: moves weight between neighbouring ranks of terminals that may be equally far, one pair at a time, each
  /// time to the minimum of the model's maximum with its curvature held fixed.
  void mix(Mixture& mixture, const View& view, const std::array<bool, size>& minimum,
           const QuadraticModel& plain) const {
    const QuadraticModel::Inverse inverse = plain.negative_inverse();
    double gx = plain.gx, gy = plain.gy;
    for (int sweep = 0; sweep < 24; ++sweep) {
      double moved = 0.0;
      for (std::size_t k = 0; k + 1 < size; ++k) {
        for (std::size_t a = 0; minimum[k] && a + 1 < size; ++a) {
          for (std::size_t b = a + 1; b < size; ++b) {
            double& ka = mixture.weight[k][a];
            double& kb = mixture.weight[k][b];
            double& na = mixture.weight[k + 1][a];
            double& nb = mixture.weight[k + 1][b];
            const double room = std::min(ka, nb), back = std::min(kb, na);
            if (room + back <= 0.0 || view.over(a, b) <= 0.0) {
              continue;
            }
            const std::size_t p = view.order[a], q = view.order[b];
            const double tp = view.t[p], tq = view.t[q];
            const double rise = log_term(k, tq) - log_term(k + 1, tq) - (log_term(k, tp) - log_term(k + 1, tp));
            const double sp = 2.0 * (slope(k, tp) - slope(k + 1, tp)), sq = 2.0 * (slope(k, tq) - slope(k + 1, tq));
            const double cx = sq * view.dx[q] - sp * view.dx[p], cy = sq * view.dy[q] - sp * view.dy[p];
            const double nx = inverse.xx * cx + inverse.xy * cy, ny = inverse.xy * cx + inverse.yy * cy;
            const double bend = nx * cx + ny * cy;
            if (!(bend > 0.0)) {
              continue;
            }
            const double step = std::clamp(-(rise + nx * gx + ny * gy) / bend, -back, room);
            ka -= step;
            kb += step;
            na += step;
            nb -= step;
            mixture.value += step * rise;
            gx += step * cx;
            gy += step * cy;
            moved += std::abs(step);
          }
        }
      }
      if (moved < 1e-9) {
        break;
      }
    }
  }

  Site site_;
  Row below_{}, own_{};  // c S_{k-1} and c p_k
};

/// The best position to a relative `tolerance`, with a proof; rates in nat/s/Hz.
/// @tparam Rate  UavRate, or another function of the position with a `site` to search
template <class Rate, int K>
[[nodiscard]] SearchResult best_uav_position(const Rate& rate, const UavSite<K>& site, double tolerance,
                                             int most = 1'000'000) {
  return BoxSearch<Rate>(rate).run(site.area(), tolerance, most);
}

GDM_NAMESPACE_END
