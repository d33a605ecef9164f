// SPDX-License-Identifier: MIT
/// @file
/// @brief The best UAV position for given SIC powers: a global search that carries a proof.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

#include <gdm/problem/quadratic_model.hpp>
#include <gdm/problem/short_sort.hpp>

GDM_NAMESPACE_BEGIN

/// Where the search looks, and for what: the k-th nearest of the terminals has the power `power[k]`, nearest first.
template <int K>
struct UavTask {
  std::array<double, static_cast<std::size_t>(K)> x, y;   ///< terminals, m
  std::array<double, static_cast<std::size_t>(K)> power;  ///< rising, mW
  double gain;                                            ///< rho0 / sigma2 at 1 m, 1/mW
  double height;                                          ///< of the UAV, m
  double side;                                            ///< the UAV stays in [0, side]^2, m
};

/// A position, its rate, and a rate that no position exceeds, in nat/s/Hz.
struct UavResult {
  double x = 0.0, y = 0.0;
  double value = 0.0;
  double bound = 0.0;
  int boxes = 0;  ///< how many boxes were bounded
};

/// Branch and bound over boxes of positions.
///
/// With t_i the squared distance of terminal i, the rate is F = sum_k chi_k(t_(k)) over the ranks k = 1..K, where
/// chi_k(t) = log(1 + c p_k / (c S_{k-1} + t)), c = rho0 / sigma2 and S_k = p_1 + .. + p_k. Each chi_k falls and is
/// convex. Three upper bounds on F over a box, of which the least counts:
///
/// 1. F <= sum_k chi_k(k-th smallest of the least t_i in the box), since every chi_k falls.
/// 2. With the order of the centre held fixed, a quadratic model: value and gradient at the centre and a matrix above
///    every Hessian in the box. Its error shrinks with the cube of the size, so no swarm of small boxes gathers around
///    a maximum. What another order could add is bounded as follows. Let psi_j = chi_j - chi_{j+1}; then
///    F = sum_i chi_K(t_i) + sum_j (sum of psi_j over the j nearest), and taking the j nearest of the centre instead of
///    the true ones loses at most max(0, -psi_j') times the sum of t_a - t_b over the pairs that may have changed
///    sides. These differences are linear in the position.
/// 3. Where psi_j' >= 0, the j nearest are the j that make the sum of psi_j least: F is a minimum over orders there,
/// and
///    its maximum may sit on a kink, where two terminals are equally far. Every mixture of orders is then an upper
///    bound on F; the mixture whose model has the least maximum plays the part of Lagrange multipliers at the kink.
template <int K>
class UavSearch {
 public:
  explicit UavSearch(const UavTask<K>& task) : task_(task) {
    double sum = 0.0;
    for (std::size_t k = 0; k < size; ++k) {
      below_[k] = sum * task.gain;
      own_[k] = task.power[k] * task.gain;
      sum += task.power[k];
    }
  }

  /// Rate at a position, nat/s/Hz.
  [[nodiscard]] double value(double ux, double uy) const {
    std::array<double, size> t;
    for (std::size_t i = 0; i < size; ++i) {
      t[i] = squared_distance(ux - task_.x[i], uy - task_.y[i]);
    }
    return sorted_rate(t);
  }

  /// Stops when the bound is within `tolerance` (relative) of the best value, or after `most` boxes.
  [[nodiscard]] UavResult run(double tolerance, int most = 1'000'000) {
    best_ = UavResult{};
    best_.value = -1.0;
    count_ = 0;
    lost_ = 0.0;
    tolerance_ = tolerance;
    most_ = most;
    // Moving a position to the terminals' bounding box brings it nearer to all of them.
    const auto [left, right] = std::minmax_element(task_.x.begin(), task_.x.end());
    const auto [low, high] = std::minmax_element(task_.y.begin(), task_.y.end());
    const double x0 = inside(*left), x1 = inside(*right), y0 = inside(*low), y1 = inside(*high);
    push({0.5 * (x0 + x1), 0.5 * (y0 + y1), 0.5 * (x1 - x0), 0.5 * (y1 - y0), infinity});
    while (count_ > 0 && open_[0].bound > best_.value * (1.0 + tolerance) && best_.boxes < most) {
      std::pop_heap(open_.begin(), open_.begin() + count_);
      split(open_[static_cast<std::size_t>(--count_)], [this](const Box& half) { push(half); });
    }
    const double open = std::max(count_ > 0 ? open_[0].bound : 0.0, lost_);
    polish();
    best_.bound = std::max(best_.value, open);
    return best_;
  }

 private:
  static constexpr auto size = static_cast<std::size_t>(K);
  using Row = std::array<double, size>;

  static constexpr double infinity = std::numeric_limits<double>::infinity();

  struct Box {
    double x, y, hx, hy;
    double bound = infinity;
    bool operator<(const Box& other) const { return bound < other.bound; }
  };

  /// The terminals as seen from a box.
  struct View {
    Row dx, dy, t, nearest, farthest;  // from the centre; squared distances at the centre, least and most in the box
    std::array<std::size_t, size> order{};  // by t
  };

  [[nodiscard]] double inside(double u) const { return std::clamp(u, 0.0, task_.side); }
  [[nodiscard]] double squared_distance(double dx, double dy) const {
    return dx * dx + dy * dy + task_.height * task_.height;
  }

  /// sum_k chi_k over squared distances in any order; one logarithm of the product, kept accurate for small rates.
  [[nodiscard]] double sorted_rate(Row t) const {
    short_sort(t, size, [](double a, double b) { return a < b; });
    double product = 0.0;
    for (std::size_t k = 0; k < size; ++k) {
      const double snr = own_[k] / (below_[k] + t[k]);
      product += snr + product * snr;
    }
    return std::log1p(product);
  }
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

  [[nodiscard]] View look(const Box& box) const {
    View view;
    for (std::size_t i = 0; i < size; ++i) {
      const double dx = box.x - task_.x[i], dy = box.y - task_.y[i];
      const double ax = std::abs(dx), ay = std::abs(dy);
      view.dx[i] = dx;
      view.dy[i] = dy;
      view.t[i] = squared_distance(dx, dy);
      view.nearest[i] = squared_distance(std::max(ax - box.hx, 0.0), std::max(ay - box.hy, 0.0));
      view.farthest[i] = squared_distance(ax + box.hx, ay + box.hy);
      view.order[i] = i;
    }
    short_sort(view.order, size,
               [&](std::size_t a, std::size_t b) { return view.t[a] != view.t[b] ? view.t[a] < view.t[b] : a < b; });
    return view;
  }

  /// Adds `weight` times chi_k of terminal i to a model: gradient at the centre, enclosure of the Hessian.
  void add(QuadraticModel& model, const View& view, const Box& box, std::size_t k, std::size_t i, double weight) const {
    const double d = 2.0 * weight * slope(k, view.t[i]);
    model.gx += d * view.dx[i];
    model.gy += d * view.dy[i];
    const double ax = std::abs(view.dx[i]) + box.hx, ay = std::abs(view.dy[i]) + box.hy;
    const double most = 4.0 * weight * curvature(k, view.nearest[i]);
    const double least = 4.0 * weight * curvature(k, view.farthest[i]);
    const double flat = 2.0 * weight * slope(k, view.farthest[i]);
    model.hxx += most * ax * ax + flat;
    model.hyy += most * ay * ay + flat;
    // dx dy ranges over its centre value +- spread; the factor over [least, most].
    const double middle = view.dx[i] * view.dy[i];
    const double spread = std::abs(view.dx[i]) * box.hy + std::abs(view.dy[i]) * box.hx + box.hx * box.hy;
    model.hxy += 0.5 * (most + least) * middle;
    model.radius += 0.5 * (most - least) * std::abs(middle) + most * spread;
  }

  void offer(double ux, double uy) {
    if (const double found = value(inside(ux), inside(uy)); found > best_.value) {
      best_.x = inside(ux);
      best_.y = inside(uy);
      best_.value = found;
    }
  }

  /// Hands both halves of a box, cut across its longer side, to `next`.
  template <class Next>
  static void split(const Box box, const Next& next) {
    const bool wide = box.hx >= box.hy;
    const double hx = wide ? 0.5 * box.hx : box.hx;
    const double hy = wide ? box.hy : 0.5 * box.hy;
    const double sx = wide ? hx : 0.0;
    const double sy = wide ? 0.0 : hy;
    next(Box{box.x - sx, box.y - sy, hx, hy, box.bound});
    next(Box{box.x + sx, box.y + sy, hx, hy, box.bound});
  }

  /// Bounds a box and keeps it if it may hold something better. A full heap is relieved by searching the box at once,
  /// depth first; when that would take too many boxes, the bound remains in the result.
  void push(Box box) {
    ++best_.boxes;
    offer(box.x, box.y);
    const View view = look(box);
    box.bound = std::min(box.bound, sorted_rate(view.nearest) * (1.0 + 1e-13));
    if (box.bound > best_.value) {
      tighten(box, view);
    }
    if (box.bound <= best_.value * (1.0 + tolerance_)) {
      lost_ = std::max(lost_, box.bound);
    } else if (count_ < static_cast<int>(open_.size())) {
      open_[static_cast<std::size_t>(count_++)] = box;
      std::push_heap(open_.begin(), open_.begin() + count_);
    } else if (best_.boxes < most_) {
      split(box, [this](const Box& half) { push(half); });
    } else {
      lost_ = std::max(lost_, box.bound);
    }
  }

  /// The boxes end when nothing better than the tolerance is left; a few models around the best position go on from
  /// there to the last digits.
  void polish() {
    for (double half = 1.0; half > 1e-6; half *= 0.1) {
      Box box{best_.x, best_.y, half, half};
      tighten(box, look(box));
    }
  }

  /// Bounds 2 and 3.
  void tighten(Box& box, const View& view) {
    const double least = *std::min_element(view.nearest.begin(), view.nearest.end());
    // over[a][b]: by how much terminal a of the order may be farther than b, which comes after it at the centre.
    std::array<Row, size> over{};
    double slack = 0.0;
    bool kinks = false;
    std::array<bool, size> minimum{};  // psi_j' >= 0 in the whole box
    for (std::size_t j = 0; j + 1 < size; ++j) {
      const double loss = exchange_slope(j, least);
      minimum[j] = loss == 0.0;
      for (std::size_t a = 0; a <= j; ++a) {
        for (std::size_t b = j + 1; b < size; ++b) {
          const std::size_t p = view.order[a], q = view.order[b];
          over[a][b] = std::max(
              0.0, view.t[p] - view.t[q] +
                       2.0 * (box.hx * std::abs(task_.x[p] - task_.x[q]) + box.hy * std::abs(task_.y[p] - task_.y[q])));
          slack += loss * over[a][b];
        }
      }
      kinks = kinks || (minimum[j] && over[j][j + 1] > 0.0);
    }
    const double value = sorted_rate(view.t);
    QuadraticModel model;
    for (std::size_t k = 0; k < size; ++k) {
      add(model, view, box, k, view.order[k], 1.0);
    }
    accept(box, value + slack, model);
    if (kinks && box.bound > best_.value) {
      mix(box, view, minimum, over, value + slack, model);
    }
  }

  void accept(Box& box, double value, const QuadraticModel& model) {
    const QuadraticModel::Maximum top = model.maximum(box.hx, box.hy);
    box.bound = std::min(box.bound, (value + top.value) * (1.0 + 1e-13));
    offer(box.x + top.x, box.y + top.y);
  }

  /// Bound 3: moves weight between neighbouring ranks of terminals that may be equally far, one pair at a time, each
  /// time to the minimum of the model's maximum with its curvature held fixed.
  void mix(Box& box, const View& view, const std::array<bool, size>& minimum, const std::array<Row, size>& over,
           double value, const QuadraticModel& plain) {
    const QuadraticModel::Inverse inverse = plain.negative_inverse();
    std::array<Row, size> weight{};  // weight[k][a]: share of rank k that goes to the a-th terminal of the order
    std::array<Row, size> chi, slopes;
    for (std::size_t k = 0; k < size; ++k) {
      weight[k][k] = 1.0;
      for (std::size_t a = 0; a < size; ++a) {
        const double t = view.t[view.order[a]];
        chi[k][a] = std::log1p(own_[k] / (below_[k] + t));
        slopes[k][a] = 2.0 * slope(k, t);
      }
    }
    double gx = plain.gx, gy = plain.gy;
    for (int sweep = 0; sweep < 24; ++sweep) {
      double moved = 0.0;
      for (std::size_t k = 0; k + 1 < size; ++k) {
        for (std::size_t a = 0; minimum[k] && a + 1 < size; ++a) {
          for (std::size_t b = a + 1; b < size; ++b) {
            const double room = std::min(weight[k][a], weight[k + 1][b]);
            const double back = std::min(weight[k][b], weight[k + 1][a]);
            if (over[a][b] <= 0.0 || room + back <= 0.0) {
              continue;
            }
            const std::size_t p = view.order[a], q = view.order[b];
            const double rise = chi[k][b] - chi[k + 1][b] - (chi[k][a] - chi[k + 1][a]);
            const double sp = slopes[k][a] - slopes[k + 1][a], sq = slopes[k][b] - slopes[k + 1][b];
            const double cx = sq * view.dx[q] - sp * view.dx[p], cy = sq * view.dy[q] - sp * view.dy[p];
            const double nx = inverse.xx * cx + inverse.xy * cy, ny = inverse.xy * cx + inverse.yy * cy;
            const double bend = nx * cx + ny * cy;
            if (!(bend > 0.0)) {
              continue;
            }
            const double step = std::clamp(-(rise + nx * gx + ny * gy) / bend, -back, room);
            weight[k][a] -= step;
            weight[k][b] += step;
            weight[k + 1][a] += step;
            weight[k + 1][b] -= step;
            value += step * rise;
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
    QuadraticModel model;
    for (std::size_t k = 0; k < size; ++k) {
      for (std::size_t a = 0; a < size; ++a) {
        if (weight[k][a] > 0.0) {
          add(model, view, box, k, view.order[a], weight[k][a]);
        }
      }
    }
    accept(box, value, model);
  }

  UavTask<K> task_;
  Row below_, own_;  // c S_{k-1} and c p_k
  UavResult best_;
  std::array<Box, 1024> open_;  // a heap, the largest bound first; random instances use some tens
  int count_ = 0;
  int most_ = 0;
  double tolerance_ = 0.0;
  double lost_ = 0.0;  // the largest bound of a box that was given up
};

GDM_NAMESPACE_END
