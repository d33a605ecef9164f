// SPDX-License-Identifier: MIT
/// @file
/// @brief WMMSE from several starts at once, one start in each lane of a register.
#pragma once

#include <gdm/problems/power_control/wmmse.hpp>

GDM_NAMESPACE_BEGIN

/// As many points of one channel as a register has lanes: row i holds the share of link i at every point. The gains are
/// read once for all of them, and the divisions, which take most of the time of a single run, are shared.
template <int K>
class WmmseLanes {
 public:
  using Channel = InterferenceChannel<K>;
  using Register = typename Channel::Register;
  using Column = typename Channel::Column;
  static constexpr int lanes = Channel::lanes;

  /// All shares are 0.
  explicit WmmseLanes(const Channel& channel) noexcept : channel_(channel) {}

  void set(int lane, int i, double share) noexcept { shares_[static_cast<std::size_t>(i)][lane] = share; }
  void set(int lane, const Column& shares) noexcept {
    for (int i = 0; i < channel_.present; ++i) set(lane, i, shares[i]);
  }
  [[nodiscard]] Column point(int lane) const noexcept {
    Column s = Column::Zero();
    for (int i = 0; i < channel_.present; ++i) s[i] = shares_[static_cast<std::size_t>(i)][lane];
    return s;
  }

  /// One step of every point, see WmmseStep. @returns the largest |s_i' - s_i| of all
  double step() noexcept {
    const int n = channel_.present;
    std::array<Register, K> inverse, cost, price;
    for (int i = 0; i < n; ++i) {
      const auto k = static_cast<std::size_t>(i);
      const Register s = shares_[k];
      const Register interference = noise_and(channel_.received[k].data(), shares_, 1.0);  // element j: G_ij
      const Register received = simd::fma(simd::broadcast(channel_.own[i]), s, interference);
      const Register product = channel_.worth[i] / (received * interference);
      inverse[k] = product * received;
      cost[k] = s * product;
    }
    Register largest{};
    for (int i = 0; i < n; ++i) {
      const auto k = static_cast<std::size_t>(i);
      const Register s = shares_[k];
      price[k] =
          simd::fma(cost[k], simd::broadcast(channel_.own[i]), noise_and(channel_.causes[k].data(), cost, 1e-300));
      Register ratio = inverse[k] / price[k];
      ratio = ratio < 1e100 ? ratio : simd::broadcast(1e100);
      Register next = s * (ratio * ratio);
      next = next < 1.0 ? next : simd::broadcast(1.0);
      next = next < WmmseStep<K>::least ? Register{} : next;
      const Register moved = next > s ? next - s : s - next;
      largest = moved > largest ? moved : largest;
      shares_[k] = next;
    }
    double change = largest[0];
    GDM_UNROLL
    for (int lane = 1; lane < lanes; ++lane) change = std::max(change, largest[lane]);
    return change;
  }

  /// Steps until no share of any point moves by more than the tolerance.
  void run(const WmmseOptions& options) noexcept {
    for (int k = 0; k < options.steps && step() > options.tolerance; ++k) {
    }
  }

  /// sum_i a_i log2(1 + SINR_i) of every point.
  [[nodiscard]] Register rates() const noexcept {
    Register sum{};
    for (int i = 0; i < channel_.present; ++i) {
      const auto k = static_cast<std::size_t>(i);
      const Register interference = noise_and(channel_.received[k].data(), shares_, 1.0);
      const Register ratio = channel_.own[i] * shares_[k] / interference;
      sum = simd::fma(detail::log1p(ratio), simd::broadcast(channel_.weight[i]), sum);
    }
    return sum * std::numbers::log2e;
  }

 private:
  /// start + sum_j gains[j] x_j, in two running sums.
  Register noise_and(const double* gains, const std::array<Register, K>& x, double start) const noexcept {
    Register even = simd::broadcast(start), odd{};
    int j = 0;
    for (; K > 1 && j + 1 < channel_.present; j += 2) {  // K > 1 spares g++ 12 a false warning
      even = simd::fma(simd::broadcast(gains[j]), x[static_cast<std::size_t>(j)], even);
      odd = simd::fma(simd::broadcast(gains[j + 1]), x[static_cast<std::size_t>(j + 1)], odd);
    }
    if (j < channel_.present) even = simd::fma(simd::broadcast(gains[j]), x[static_cast<std::size_t>(j)], even);
    return even + odd;
  }

  const Channel& channel_;
  std::array<Register, K> shares_{};
};

GDM_NAMESPACE_END
