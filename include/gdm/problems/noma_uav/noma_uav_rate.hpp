// SPDX-License-Identifier: MIT
/// @file
/// @brief NOMA with a UAV in the paper's units, with a minimum rate for every terminal.
#pragma once

#include <gdm/problems/noma_uav/noma_uav.hpp>
#include <gdm/problems/noma_uav/uav_minimum_rate.hpp>

GDM_NAMESPACE_BEGIN

/// NomaUav in dB units, in which every terminal gets at least `MilliBits` / 1000 bit/s/Hz. Condition, solution,
/// features and latent are those of NomaUav; where the minimum rates bind, the best powers follow from SicSums.
///
/// Over some positions the minimum rates may not be possible. A position is then drawn towards an anchor where they
/// are: of the centroid and the positions above the terminals, that which needs the least total power. An instance
/// whose anchor needs more than there is counts as infeasible.
template <int K, unsigned MilliBits = 500, UavFramePolicy Frame = CanonicalFrame>
struct NomaUavRate : NomaUav<K, DecibelUnits, ClosedFormCompletion, Frame> {
  using Base = NomaUav<K, DecibelUnits, ClosedFormCompletion, Frame>;
  using typename Base::Condition;
  using typename Base::Latent;
  using typename Base::Solution;
  template <int N>
  using Resized = NomaUavRate<N, MilliBits, Frame>;

  static constexpr double minimum_rate = 1e-3 * MilliBits;  ///< bit/s/Hz

 private:
  static constexpr std::string_view rate_suffix = "_rate_";

 public:
  static constexpr std::string_view name = VariantName<Base::name, rate_suffix, DecimalName<MilliBits>::value>::value;

  /// @throws Error [GDM-R202] as NomaUav; [GDM-R203] naming the power that the minimum rates need and what is there.
  static void validate(const Condition& x) {
    Base::validate(x);
    if (const double needed = power_needed_over(x, anchor(x)); needed > x[2 * K]) {
      throw Error(Errc::infeasible, "NomaUavRate condition",
                  "total power (element " + std::to_string(2 * K) + ") is " + to_text(x[2 * K]) + " mW; " +
                      to_text(minimum_rate) + " bit/s/Hz for each of " + std::to_string(K) + " terminals need " +
                      to_text(needed) + " mW over the best of their centroid and their own positions",
                  "Raise the total power or lower the minimum rate");
    }
  }

  /// As NomaUav's, and the largest shortfall of a rate relative to the minimum rate.
  static double violation(const Condition& x, const Solution& y) {
    double worst = Base::violation(x, y);
    if (minimum_rate > 0.0 && std::isfinite(worst)) {
      const Vector<K> t = Base::template distance2<double>(x, y[0], y[1]);
      const Vector<K> power = y.template tail<K>();
      double below = 0.0;
      for (const int i : sic_order(t, power)) {
        const double rate = std::log1p(power[i] / (below + t[i] / DecibelUnits::gain)) * std::numbers::log2e;
        worst = std::max(worst, (minimum_rate - rate) / minimum_rate);
        below += power[i];
      }
    }
    return std::isnan(worst) ? std::numeric_limits<double>::infinity() : worst;
  }

  /// The position is clamped to the square and drawn towards the anchor if need be; the powers are projected onto those
  /// that keep the margins, and then drawn towards the best ones until they keep the minimum rates.
  static Solution project(const Condition& x, const Solution& y) {
    if (violation(x, y) <= 1e-10) {
      return y;
    }
    const Vector<2> u = served(x, Base::inside(y[0]), Base::inside(y[1]));
    const Solution wish = Base::with_powers(x, u[0], u[1], y.template tail<K>());
    const Solution best = with_best_powers(x, u[0], u[1]);
    const Vector<K> t = Base::template distance2<double>(x, u[0], u[1]);
    const Vector<K> from = best.template tail<K>(), to = wish.template tail<K>();
    double step = 1.0, from_below = 0.0, to_below = 0.0;
    for (const int i : sic_order(t, from)) {
      const double noise = t[i] / DecibelUnits::gain;
      const double spare = from[i] - promise(x).factor * (from_below + noise);
      const double change = to[i] - from[i] - promise(x).factor * (to_below - from_below);
      if (spare + change < 0.0) {
        step = std::min(step, std::clamp(spare / -change, 0.0, 1.0));
      }
      from_below += from[i];
      to_below += to[i];
    }
    Solution result = best;
    result.template tail<K>() += step * (to - from);
    return result;
  }

  /// Exact: the powers for a position from SicSums, the position by a global search with a proof to a relative 1e-9.
  static Solution optimal(const Condition& x) {
    const SearchResult best = search(x, 1e-9);
    return decode_at(x, best.x, best.y);
  }
  static Solution baseline(const Condition& x) {
    const Solution y = Base::baseline(x);
    return decode_at(x, y[0], y[1]);
  }
  static double bound(const Condition& x) { return search(x, 1e-6).bound * std::numbers::log2e * (1.0 + 1e-12); }

  /// As NomaUav's; an instance that the power cannot serve is drawn again, up to a thousand times.
  template <class Generator>
  static Condition draw(Generator& rng) {
    Condition x = Base::draw(rng);
    for (int attempt = 0; attempt < 1000 && power_needed_over(x, anchor(x)) > x[2 * K]; ++attempt) {
      x = Base::draw(rng);
    }
    return x;
  }

  static Solution decode(const Condition& x, const Latent& z) {
    const Solution y = Base::decode(x, z);
    return decode_at(x, y[0], y[1]);
  }

 private:
  using Row = typename UavSite<K>::Row;

  static SicPromise promise(const Condition& x) {
    return {x[2 * K], Base::margin, std::expm1(minimum_rate * std::numbers::ln2)};
  }
  static Row noise(const Condition& x, double ux, double uy) {
    Row n = Base::site(x).sorted_distances(ux, uy);
    for (double& element : n) {
      element /= DecibelUnits::gain;
    }
    return n;
  }
  static double power_needed_over(const Condition& x, const Vector<2>& u) {
    return least_total(noise(x, u[0], u[1]), promise(x));
  }

  static Vector<2> anchor(const Condition& x) {
    const Vector<2> centroid = detail::centroid(Base::site(x));
    Vector<2> best(Base::inside(centroid[0]), Base::inside(centroid[1]));
    double least = power_needed_over(x, best);
    for (int i = 0; i < K; ++i) {
      const Vector<2> u(Base::inside(x[2 * i]), Base::inside(x[2 * i + 1]));
      if (const double needed = power_needed_over(x, u); needed < least) {
        least = needed;
        best = u;
      }
    }
    return best;
  }

  /// The position itself if the minimum rates are possible there, else the last one on the way to the anchor that a
  /// bisection finds.
  static Vector<2> served(const Condition& x, double ux, double uy) {
    Vector<2> u(ux, uy);
    if (power_needed_over(x, u) <= x[2 * K]) {
      return u;
    }
    Vector<2> good = anchor(x);
    for (int step = 0; step < 50; ++step) {
      const Vector<2> middle = 0.5 * (good + u);
      (power_needed_over(x, middle) <= x[2 * K] ? good : u) = middle;
    }
    return good;
  }

  static Solution decode_at(const Condition& x, double ux, double uy) {
    const Vector<2> u = served(x, ux, uy);
    return with_best_powers(x, u[0], u[1]);
  }
  static Solution with_best_powers(const Condition& x, double ux, double uy) {
    Solution y;
    y.template head<2>() = Vector<2>(ux, uy);
    const Vector<K> t = Base::template distance2<double>(x, ux, uy);
    const auto sums = SicSums<UavSite<K>::size>::best(noise(x, ux, uy), promise(x));
    std::size_t k = 0;
    for (const int i : sic_order(t, Vector<K>(Vector<K>::Zero()))) {
      y[2 + i] = sums.power(k++);
    }
    return y;
  }
  static SearchResult search(const Condition& x, double tolerance) {
    return best_uav_position(UavMinimumRate<K>(Base::site(x), promise(x), DecibelUnits::gain), Base::site(x),
                             tolerance);
  }
};

GDM_NAMESPACE_END
