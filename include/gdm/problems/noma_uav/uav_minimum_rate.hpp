// SPDX-License-Identifier: MIT
/// @file
/// @brief The sum rate over UAV positions when every terminal has a minimum rate, and upper bounds on it.
#pragma once

#include <cmath>
#include <limits>

#include <gdm/optimum/quadratic_model.hpp>
#include <gdm/problems/noma_uav/sic_minimum_rate.hpp>
#include <gdm/problems/noma_uav/uav_site.hpp>

GDM_NAMESPACE_BEGIN

/// What BoxSearch maximises, with the best powers for each position (SicSums).
///
/// The rate V(n) is a function of the noise n_1 <= .. <= n_K of the sorted terminals. It falls with every n_k: less
/// noise raises the limits of all sums, and the rate rises with every sum. Two upper bounds over a box follow:
///
/// 1. V at the sorted least noises of the box.
/// 2. Keep the order and the limits of the centre. The order is kept by lowering n_k by the least constants that leave
///    the noises sorted in the whole box. The limits of the centre give sums that are too large elsewhere, and then
///    V <= sum over the terminals above their minimum rate of log(S_k + n_k) - log(S_{k-1} + n_k), plus the minimum
///    rates. Sums and noises are quadratic in the position, which gives a quadratic model. Where the limits change, V
///    is the lower of two such functions, and every mixture of both is an upper bound.
template <int K>
class UavMinimumRate {
 public:
  using Site = UavSite<K>;
  using Row = typename Site::Row;
  using Sums = SicSums<Site::size>;

  /// @param gain rho0 / sigma2 at 1 m, 1/mW
  UavMinimumRate(const Site& site, const SicConstraints& constraints, double gain)
      : site_(site), constraints_(constraints), gain_(gain) {}

  /// Rate at a position, nat/s/Hz; -infinity if the minimum rates cannot be kept there.
  [[nodiscard]] double value(double ux, double uy) const { return rate(noise(site_.sorted_distances(ux, uy))); }

  [[nodiscard]] const Site& site() const noexcept { return site_; }

  /// Where a step of the ascent goes: the mean of the terminals, each weighted by how much the rate falls with its noise.
  /// It is the maximum of the rate for weights that stay as they are here (compare UavRate::ascend).
  [[nodiscard]] std::array<double, 2> ascend(double ux, double uy) const {
    Row t, near_x = site_.x, near_y = site_.y;
    for (std::size_t i = 0; i < size; ++i) t[i] = site_.squared_distance(ux - site_.x[i], uy - site_.y[i]);
    exchange_sort(t, near_x, near_y);
    const Row n = noise(t);
    const Sums sums = Sums::best(n, constraints_);
    double sum = 0.0, x = 0.0, y = 0.0;
    for (std::size_t j = 0; j < size; ++j) {
      double fall = 0.0;  // - d rate / d n_j, with d S_k / d n_j = slope(k, j)
      for (std::size_t k = 0; k < size; ++k) {
        const double own = k == j ? 1.0 : 0.0;
        fall -= (sums.slope(k, j) + own) / (sums.sum(k) + n[k]);
        fall += ((k == 0 ? 0.0 : sums.slope(k - 1, j)) + own) / ((k == 0 ? 0.0 : sums.sum(k - 1)) + n[k]);
      }
      sum += fall;
      x += fall * near_x[j];
      y += fall * near_y[j];
    }
    return {x / sum, y / sum};
  }

  template <class Consider>
  void bound(SearchBox& box, const SearchResult& best, const Consider& consider) const {
    const View view = site_.look(box);
    box.bound = std::min(box.bound, rate(noise(Site::sorted(view.nearest))) * rounding);
    if (!(box.bound > best.value)) {
      return;
    }
    Row lowered;  // by how much the noise of rank k is lowered
    Row centre;
    for (std::size_t k = size; k-- > 0;) {
      lowered[k] = 0.0;
      for (std::size_t b = k + 1; b < size; ++b) {
        lowered[k] = std::max(lowered[k], view.most_over(k, b) / gain_ + lowered[b]);
      }
      centre[k] = view.t[view.order[k]] / gain_ - lowered[k];
    }
    if (!(centre[0] > 0.0)) {
      return;
    }
    const Piece here = piece(view, lowered, Sums::best(centre, constraints_));
    if (!here.valid) {
      return;
    }
    const QuadraticModel::Maximum top = accept(box, here);
    consider(box.x + top.x, box.y + top.y);
    if (!(box.bound > best.value)) {
      return;
    }
    Row there;  // where the model is largest
    for (std::size_t k = 0; k < size; ++k) {
      const std::size_t i = view.order[k];
      there[k] = site_.squared_distance(view.dx[i] + top.x, view.dy[i] + top.y) / gain_ - lowered[k];
    }
    const Sums other = Sums::best(there, constraints_);
    if (other.limits() != here.limits) {
      mix(box, here, piece(view, lowered, Sums(centre, constraints_, other.limits())), consider);
    }
  }

 private:
  static constexpr std::size_t size = Site::size;
  static constexpr double rounding = 1.0 + 1e-12;  // more than the rounding of a few hundred operations
  using View = typename Site::View;

  /// a |v|^2 + b v + c, for positions v counted from the centre of a box.
  struct Quadratic {
    double a = 0.0, bx = 0.0, by = 0.0, c = 0.0;
    void add(const Quadratic& other, double factor) {
      a += factor * other.a;
      bx += factor * other.bx;
      by += factor * other.by;
      c += factor * other.c;
    }
  };
  struct Range {
    double low, high;
  };
  /// An upper bound on V over a box: value at the centre plus model.
  struct Piece {
    typename Sums::Limits limits;
    double value = 0.0;
    QuadraticModel model;
    bool valid = true;
  };

  [[nodiscard]] Row noise(Row t) const {
    for (double& element : t) {
      element /= gain_;
    }
    return t;
  }
  [[nodiscard]] double rate(const Row& sorted) const {
    if (least_total(sorted, constraints_) > constraints_.total) {
      return -std::numeric_limits<double>::infinity();
    }
    const Sums sums = Sums::best(sorted, constraints_);
    double sum = 0.0;
    for (std::size_t k = 0; k < size; ++k) {
      sum += std::log1p(sums.power(k) / ((k == 0 ? 0.0 : sums.sum(k - 1)) + sorted[k]));
    }
    return sum;
  }

  [[nodiscard]] Piece piece(const View& view, const Row& lowered, const Sums& sums) const {
    std::array<Quadratic, size> noises;
    for (std::size_t k = 0; k < size; ++k) {
      const std::size_t i = view.order[k];
      noises[k] = {1.0 / gain_, 2.0 * view.dx[i] / gain_, 2.0 * view.dy[i] / gain_, view.t[i] / gain_ - lowered[k]};
    }
    Piece result;
    result.limits = sums.limits();
    Quadratic below;
    for (std::size_t k = 0; k < size; ++k) {
      Quadratic sum{0.0, 0.0, 0.0, sums.constant(k)};
      for (std::size_t j = 0; j < size; ++j) {
        sum.add(noises[j], sums.slope(k, j));
      }
      if (k > 0 && sums.limits()[k - 1]) {
        result.value += std::log1p(constraints_.factor);
      } else {
        Quadratic upper = sum, lower = below;
        upper.add(noises[k], 1.0);
        lower.add(noises[k], 1.0);
        result.valid =
            result.valid && add_log(result.model, upper, 1.0, view) && add_log(result.model, lower, -1.0, view);
        result.value += result.valid ? std::log1p((upper.c - lower.c) / lower.c) : 0.0;
      }
      below = sum;
    }
    return result;
  }

  /// Range of a u^2 + b u over |u| <= h.
  static Range parabola(double a, double b, double h) {
    const double p = a * h * h + b * h, q = a * h * h - b * h;
    Range range{std::min(p, q), std::max(p, q)};
    if (std::abs(b) < 2.0 * std::abs(a) * h) {
      const double vertex = -0.25 * b * b / a;
      range = {std::min(range.low, vertex), std::max(range.high, vertex)};
    }
    return range;
  }
  static Range times(const Range& p, const Range& q) {
    const auto [low, high] = std::minmax({p.low * q.low, p.low * q.high, p.high * q.low, p.high * q.high});
    return {low, high};
  }
  static Range square(const Range& p) {
    const double least = p.low > 0.0 ? p.low : p.high < 0.0 ? p.high : 0.0;
    return {least * least, std::max(p.low * p.low, p.high * p.high)};
  }

  /// Adds sign * log(q) to a model; false if q may fail to be positive in the box.
  static bool add_log(QuadraticModel& model, const Quadratic& q, double sign, const View& view) {
    const Range along_x = parabola(q.a, q.bx, view.hx), along_y = parabola(q.a, q.by, view.hy);
    const Range whole{q.c + along_x.low + along_y.low, q.c + along_x.high + along_y.high};
    if (!(whole.low > 0.0)) {
      return false;
    }
    const Range inverse{1.0 / whole.high, 1.0 / whole.low};
    const Range inverse2{inverse.low * inverse.low, inverse.high * inverse.high};
    const double ax = 2.0 * std::abs(q.a) * view.hx, ay = 2.0 * std::abs(q.a) * view.hy;
    const Range gx{q.bx - ax, q.bx + ax}, gy{q.by - ay, q.by + ay};
    const Range bend = times({2.0 * q.a, 2.0 * q.a}, inverse);
    const Range xx = times(square(gx), inverse2), yy = times(square(gy), inverse2), xy = times(times(gx, gy), inverse2);
    model.gx += sign * q.bx / q.c;
    model.gy += sign * q.by / q.c;
    model.hxx += sign > 0.0 ? bend.high - xx.low : xx.high - bend.low;
    model.hyy += sign > 0.0 ? bend.high - yy.low : yy.high - bend.low;
    model.hxy -= sign * 0.5 * (xy.low + xy.high);
    model.radius += 0.5 * (xy.high - xy.low);
    return true;
  }

  static QuadraticModel::Maximum accept(SearchBox& box, const Piece& piece) {
    const QuadraticModel::Maximum top = piece.model.maximum(box.hx, box.hy);
    box.bound = std::min(box.bound, (piece.value + top.value) * rounding);
    return top;
  }

  /// The mixture of two pieces with the least maximum, by golden section: the maximum is convex in the share.
  template <class Consider>
  static void mix(SearchBox& box, const Piece& p, const Piece& q, const Consider& consider) {
    if (!q.valid) {
      return;
    }
    const auto mixture = [&](double share) {
      Piece piece = p;
      const auto blend = [share](double a, double b) { return a + share * (b - a); };
      piece.value = blend(p.value, q.value);
      piece.model = {blend(p.model.gx, q.model.gx),   blend(p.model.gy, q.model.gy),
                     blend(p.model.hxx, q.model.hxx), blend(p.model.hxy, q.model.hxy),
                     blend(p.model.hyy, q.model.hyy), blend(p.model.radius, q.model.radius)};
      return piece;
    };
    constexpr double golden = 0.6180339887498949;
    double low = 0.0, high = 1.0;
    for (int step = 0; step < 40; ++step) {
      const double a = high - golden * (high - low), b = low + golden * (high - low);
      const double at_a = mixture(a).value + mixture(a).model.maximum(box.hx, box.hy).value;
      const double at_b = mixture(b).value + mixture(b).model.maximum(box.hx, box.hy).value;
      (at_a < at_b ? high : low) = at_a < at_b ? b : a;
    }
    accept(box, q);
    const QuadraticModel::Maximum top = accept(box, mixture(0.5 * (low + high)));
    consider(box.x + top.x, box.y + top.y);
  }

  Site site_;
  SicConstraints constraints_;
  double gain_;
};

GDM_NAMESPACE_END
