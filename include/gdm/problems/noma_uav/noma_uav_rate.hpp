// SPDX-License-Identifier: MIT
/// @file
/// @brief NOMA with a UAV in the paper's units, with a minimum rate for every terminal.
#pragma once

#include <gdm/problems/noma_uav/noma_uav.hpp>
#include <gdm/problems/noma_uav/uav_minimum_rate.hpp>
#include <gdm/problems/noma_uav/uav_power.hpp>

GDM_NAMESPACE_BEGIN

/// NomaUav in dB units, in which every terminal gets at least `MilliBits` / 1000 bit/s/Hz. Condition, solution,
/// features and latent are those of NomaUav; where the minimum rates bind, the best powers follow from SicSums.
///
/// Over some positions the minimum rates may not be possible. A position is then moved towards a feasible one, until they
/// are. That one is the centroid or the position above a terminal which needs the least total power; where the power
/// suffices for none of these, a search over all positions finds one or proves that there is none.
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

  /// @throws Error [GDM-R202] as NomaUav; [GDM-R203] if no position with the minimum rates exists, or none was found: the
  ///         message says which, and the least power that was found to suffice
  static void validate(const Condition& x) {
    Base::validate(x);
    const Feasible found = feasible_position(x);
    if (!(found.needed <= x[2 * K])) {
      throw Error(
          Errc::infeasible, "NomaUavRate condition",
          "total power (element " + std::to_string(2 * K) + ") is " + to_text(x[2 * K]) + " mW; " +
              to_text(minimum_rate) + " bit/s/Hz for each of " + std::to_string(K) + " terminals need " +
              to_text(found.needed) + " mW over the best position that was found" +
              (found.proved ? ", and more than there is over every other" : "; that no other needs less is not proved"),
          "Raise the total power or lower the minimum rate");
    }
  }

  /// NomaUav's, and a position where the minimum rates are possible.
  struct Context : Base::Context {
    Vector<2> feasible;
  };
  static Context context(const Condition& x) { return {Base::context(x), feasible_position(x).position}; }

  /// As NomaUav's, and the largest shortfall of a rate relative to the minimum rate.
  static double violation(const Condition& x, const Solution& y) {
    double worst = Base::violation(x, y);
    if (minimum_rate > 0.0 && std::isfinite(worst)) {
      const Vector<K> t = Base::distance2(x, y[0], y[1]);
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

  /// The position is clamped to the square and moved towards a feasible one if need be; the powers are projected onto
  /// those that keep the margins, and then moved towards the best ones until they keep the minimum rates.
  static Solution project(const Condition& x, const Solution& y) { return project(x, y, context(x)); }
  static Solution project(const Condition& x, const Solution& y, const Context& shared) {
    if (violation(x, y) <= 1e-10) {
      return y;
    }
    const Vector<2> u = move_towards_feasible(x, {y[0], y[1]}, shared.feasible);
    const Solution requested = Base::with_powers(x, u[0], u[1], y.template tail<K>());
    const Solution best = with_best_powers(x, u[0], u[1]);
    const Vector<K> t = Base::distance2(x, u[0], u[1]);
    const Vector<K> from = best.template tail<K>(), to = requested.template tail<K>();
    double step = 1.0, from_below = 0.0, to_below = 0.0;
    for (const int i : sic_order(t, from)) {
      const double noise = t[i] / DecibelUnits::gain;
      const double spare = from[i] - constraints(x).factor * (from_below + noise);
      const double change = to[i] - from[i] - constraints(x).factor * (to_below - from_below);
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
  /// @throws Error [GDM-R203] if the search finds no feasible position, [GDM-R231] if it ends without the proof
  static Solution optimal(const Condition& x) {
    const SearchResult best = search(x, 1e-9);
    if (!(best.value > 0.0)) {
      validate(x);  // says what is missing
    }
    Base::require_proof(best, 1e-9, "NomaUavRate::optimal");
    return decode_at(x, {best.x, best.y}, context(x));
  }
  /// The best of the local maxima uphill of every terminal and of their centroid, each moved to where the minimum rates
  /// are possible: the strongest cheap answer.
  static Solution baseline(const Condition& x) {
    const Vector<2> feasible = feasible_position(x).position;
    const UavPoint best = best_ascent(rate(x), [&](double ux, double uy) {
      return move_towards_feasible(x, {ux, uy}, feasible);
    });
    return with_best_powers(x, best.x, best.y);
  }
  /// The UAV over the terminals' centroid, or as near to it as the minimum rates allow: the trivial answer.
  static Solution centroid(const Condition& x) {
    const Solution y = Base::centroid(x);
    return decode_at(x, {y[0], y[1]}, context(x));
  }
  static double bound(const Condition& x) { return search(x, 1e-6).bound * std::numbers::log2e * (1.0 + 1e-12); }

  /// As NomaUav's; an instance without a feasible position is drawn again.
  /// @throws Error [GDM-R203] if a thousand in a row are infeasible
  template <class Generator>
  static Condition draw(Generator& rng) {
    for (int attempt = 0; attempt < 1000; ++attempt) {
      const Condition x = Base::draw(rng);
      if (feasible_position(x).needed <= x[2 * K]) {
        return x;
      }
    }
    throw Error(Errc::infeasible, "NomaUavRate::draw", "none of 1000 drawn instances can keep the minimum rate",
                "Lower the minimum rate");
  }

  static Solution decode(const Condition& x, const Latent& z) { return decode(x, z, context(x)); }
  static Solution decode(const Condition& x, const Latent& z, const Context& shared) {
    return decode_at(x, Base::position(z, shared), shared);
  }
  /// One step of `climb` with the best powers there; `y` itself if its rate is no less.
  static Solution refine(const Condition& x, const Solution& y) {
    const UavMinimumRate<K> rate_of = rate(x);
    const UavPoint here = point_at(rate_of, y[0], y[1]);
    if (!std::isfinite(here.rate)) {
      return y;
    }
    const UavPoint next = climb(rate_of, here);
    const Solution result = with_best_powers(x, next.x, next.y);
    return Base::objective(x, result) > Base::objective(x, y) && violation(x, result) <= 1e-9 ? result : y;
  }

 private:
  using Row = typename UavSite<K>::Row;

  static SicConstraints constraints(const Condition& x) {
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
    return least_total(noise(x, u[0], u[1]), constraints(x));
  }

  /// A position and the power that margins and minimum rates need there.
  struct Feasible {
    Vector<2> position;
    double needed;
    bool proved;  ///< if the power does not suffice there, whether it is proved to suffice nowhere
  };
  static Feasible feasible_position(const Condition& x) {
    const UavSite<K> site = Base::site(x);
    const UavPowerShare<K> share(site, constraints(x), DecibelUnits::gain);
    const Vector<2> centroid = detail::centroid(site);
    Feasible best{Vector<2>(Base::inside(centroid[0]), Base::inside(centroid[1])), 0.0, true};
    best.needed = share.needed(best.position[0], best.position[1]);
    for (std::size_t i = 0; i < UavSite<K>::size; ++i) {
      const Vector<2> u(Base::inside(site.x[i]), Base::inside(site.y[i]));
      if (const double needed = share.needed(u[0], u[1]); needed < best.needed) {
        best.needed = needed;
        best.position = u;
      }
    }
    if (best.needed > x[2 * K]) {
      constexpr int most = 20'000;  // decides all but those within 1e-4 of the power that is there
      const SearchResult found = BoxSearch<UavPowerShare<K>>(share).run(site.area(), 0.0, most);
      best = {Vector<2>(found.x, found.y), share.needed(found.x, found.y), found.bound < 1.0};
    }
    return best;
  }

  /// The position in the square if the minimum rates are possible there, else the last one on the way to a feasible
  /// position that a bisection finds.
  static Vector<2> move_towards_feasible(const Condition& x, const Vector<2>& position, const Vector<2>& feasible) {
    Vector<2> u(Base::inside(position[0]), Base::inside(position[1]));
    if (power_needed_over(x, u) <= x[2 * K]) {
      return u;
    }
    Vector<2> good = feasible;
    for (int step = 0; step < 50; ++step) {
      const Vector<2> middle = 0.5 * (good + u);
      (power_needed_over(x, middle) <= x[2 * K] ? good : u) = middle;
    }
    return good;
  }

  static Solution decode_at(const Condition& x, const Vector<2>& position, const Context& shared) {
    const Vector<2> u = move_towards_feasible(x, position, shared.feasible);
    return with_best_powers(x, u[0], u[1]);
  }
  static UavMinimumRate<K> rate(const Condition& x) {
    return UavMinimumRate<K>(Base::site(x), constraints(x), DecibelUnits::gain);
  }
  static Solution with_best_powers(const Condition& x, double ux, double uy) {
    Solution y;
    y.template head<2>() = Vector<2>(ux, uy);
    const Vector<K> t = Base::distance2(x, ux, uy);
    const auto sums = SicSums<UavSite<K>::size>::best(noise(x, ux, uy), constraints(x));
    std::size_t k = 0;
    for (const int i : sic_order(t, Vector<K>(Vector<K>::Zero()))) {
      y[2 + i] = sums.power(k++);
    }
    return y;
  }
  static SearchResult search(const Condition& x, double tolerance) {
    return best_uav_position(rate(x), Base::site(x), tolerance);
  }
};

GDM_NAMESPACE_END
