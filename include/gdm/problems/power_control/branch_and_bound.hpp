// SPDX-License-Identifier: MIT
/// @file
/// @brief The largest sum rate with a proof, by branch and bound over boxes of shares.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <gdm/problems/power_control/best_known.hpp>

GDM_NAMESPACE_BEGIN

/// How far to prove.
struct PowerProofOptions {
  double tolerance = 1e-6;         ///< of the rate, relative
  std::size_t boxes = 10'000'000;  ///< give up after so many
};

/// The best powers found, their rate, and a rate that no powers exceed.
template <int K>
struct PowerProof {
  typename InterferenceChannel<K>::Column shares;
  double rate = 0.0;
  double bound = 0.0;
  std::size_t boxes = 0;
};

namespace detail {

/// A box of shares, low to high.
template <int K>
struct PowerBox {
  Vector<K> low, high;
  double bound = 0.0;
};

/// Bounds over boxes: the rate of link i rises with s_i and falls with every other share.
template <int K>
class PowerBounds {
 public:
  explicit PowerBounds(const InterferenceChannel<K>& channel) : c_(channel), n_(channel.present) {}

  /// Raises or lowers the ends of the box to where the optimum must be, and bounds the rate (nats). @returns false if the
  /// box cannot hold an optimum better than what a neighbouring box holds
  void tighten(PowerBox<K>& box) const {
    for (bool changed = true; changed;) {
      changed = false;
      for (int i = 0; i < n_; ++i) {
        if (box.low[i] == box.high[i]) continue;
        double most = -cost(box, i, false), least = -cost(box, i, true);  // of the derivative by s_i
        double quiet = 1.0, loud = 1.0;
        for (int j = 0; j < n_; ++j) {
          quiet += c_.gain(i, j) * box.low[j];
          loud += c_.gain(i, j) * box.high[j];
        }
        most += c_.worth[i] / quiet;
        least += c_.worth[i] / loud;
        if (least >= 0.0) {
          box.low[i] = box.high[i];
          changed = true;
        } else if (most <= 0.0) {
          box.high[i] = box.low[i];
          changed = true;
        }
      }
    }
    box.bound = std::min(box.bound, std::min(monotone(box), linear(box)));
  }

 private:
  /// What others lose by a unit of s_i, sum_j a_j S_j G_ji / (I_j (I_j + S_j)): largest or smallest in the box.
  [[nodiscard]] double cost(const PowerBox<K>& box, int i, bool largest) const {
    double sum = 0.0;
    for (int j = 0; j < n_; ++j) {
      if (j == i) continue;
      // S / (I (I + S)) rises with S and falls with I.
      const double signal = c_.own[j] * (largest ? box.high[j] : box.low[j]);
      double interference = 1.0;
      for (int k = 0; k < n_; ++k) {
        if (k != j) interference += c_.gain(j, k) * (largest ? box.low[k] : box.high[k]);
      }
      sum += c_.weight[j] * c_.gain(j, i) * signal / (interference * (interference + signal));
    }
    return sum;
  }

  [[nodiscard]] double monotone(const PowerBox<K>& box) const {
    double sum = 0.0;
    for (int i = 0; i < n_; ++i) {
      double interference = 1.0;
      for (int j = 0; j < n_; ++j) {
        if (j != i) interference += c_.gain(i, j) * box.low[j];
      }
      sum += c_.weight[i] * std::log1p(c_.own[i] * box.high[i] / interference);
    }
    return sum;
  }

  /// The rate is sum a_i (log T_i - log I_i): log T_i lies below its tangent at any point, -log I_i below its chord. The
  /// linear function is largest at a corner; points between the middle and that corner make better tangents.
  [[nodiscard]] double linear(const PowerBox<K>& box) const {
    Vector<K> slope = Vector<K>::Zero();
    double constant = 0.0;
    for (int i = 0; i < n_; ++i) {
      double low = 1.0, high = 1.0;
      for (int j = 0; j < n_; ++j) {
        if (j == i) continue;
        low += c_.gain(i, j) * box.low[j];
        high += c_.gain(i, j) * box.high[j];
      }
      const double chord = high > low ? std::log1p((high - low) / low) / (high - low) : 1.0 / low;
      constant -= c_.weight[i] * (std::log(low) + chord * (1.0 - low));
      for (int j = 0; j < n_; ++j) {
        if (j != i) slope[j] -= c_.weight[i] * chord * c_.gain(i, j);
      }
    }
    Vector<K> at = 0.5 * (box.low + box.high);
    double best = HUGE_VAL;
    for (int k = 0; k < 4; ++k) {
      Vector<K> total = slope;
      double value = constant;
      for (int i = 0; i < n_; ++i) {
        double received = 1.0;
        for (int j = 0; j < n_; ++j) received += c_.gain(i, j) * at[j];
        value += c_.weight[i] * (std::log(received) + (1.0 - received) / received);
        for (int j = 0; j < n_; ++j) total[j] += c_.weight[i] * c_.gain(i, j) / received;
      }
      for (int j = 0; j < n_; ++j) {
        const double corner = total[j] > 0.0 ? box.high[j] : box.low[j];
        value += total[j] * corner;
        at[j] += (corner - at[j]) * 2.0 / (k + 3.0);
      }
      best = std::min(best, value);
    }
    return best;
  }

  const InterferenceChannel<K>& c_;
  int n_;
};

}  // namespace detail

/// The optimum to a relative tolerance, or the best found and a valid bound when the boxes run out. Some optimum has a
/// link at its limit (raising all powers alike raises every rate), so the search begins with one face of the cube for
/// each link. Boxes needed at a noise of 0.1: 12 for 3 links, 80 for 5, 1,000 for 8, 5,000 for 10, 35,000 for 12.
template <int K>
[[nodiscard]] PowerProof<K> prove_powers(const InterferenceChannel<K>& channel, const PowerProofOptions& options = {}) {
  using Box = detail::PowerBox<K>;
  const detail::PowerBounds<K> bounds(channel);
  const int n = channel.present;
  PowerProof<K> proof;
  proof.shares = best_known_powers(channel);
  proof.rate = channel.rate(proof.shares);
  const auto worse = [](const Box& a, const Box& b) { return a.bound < b.bound; };
  const auto enough = [&] { return proof.rate * (1.0 + options.tolerance) * std::numbers::ln2; };
  std::vector<Box> open;
  const auto push = [&](Box& box) {
    bounds.tighten(box);
    ++proof.boxes;
    typename InterferenceChannel<K>::Column middle = InterferenceChannel<K>::Column::Zero();
    for (int i = 0; i < n; ++i) middle[i] = 0.5 * (box.low[i] + box.high[i]);
    if (const double rate = channel.rate(middle); rate > proof.rate) {
      proof.rate = rate;
      proof.shares = middle;
    }
    if (box.bound <= enough()) return;
    open.push_back(box);
    std::push_heap(open.begin(), open.end(), worse);
  };
  for (int full = 0; full < n; ++full) {
    Box box{Vector<K>::Zero(), Vector<K>::Ones(), HUGE_VAL};
    box.low[full] = 1.0;
    push(box);
  }
  while (!open.empty() && open.front().bound > enough() && proof.boxes < options.boxes) {
    std::pop_heap(open.begin(), open.end(), worse);
    Box lower = open.back();
    open.pop_back();
    int widest = 0;
    for (int i = 1; i < n; ++i) {
      if (lower.high[i] - lower.low[i] > lower.high[widest] - lower.low[widest]) widest = i;
    }
    Box upper = lower;
    lower.high[widest] = upper.low[widest] = 0.5 * (lower.low[widest] + lower.high[widest]);
    push(lower);
    push(upper);
  }
  proof.bound = proof.rate * (1.0 + options.tolerance);
  if (!open.empty()) proof.bound = std::max(proof.bound, open.front().bound * std::numbers::log2e);
  return proof;
}

GDM_NAMESPACE_END
