// SPDX-License-Identifier: MIT
#include <gdm/model/calibration.hpp>

#include <doctest/doctest.h>

#include <boost/math/distributions/binomial.hpp>

#include <gdm/analysis/evaluation.hpp>
#include <gdm/optimizer.hpp>

#include "../baseline/toy_problem.hpp"
#include "../data/temporary_folder.hpp"

namespace {

using Optimizer = gdm::GdmOptimizer<TwoLoads, gdm::Mlp<16>, gdm::Ddim<2>>;

}  // namespace

TEST_CASE("the statement is the rank of split conformal prediction") {
  gdm::Calibration c;
  for (int i = 1; i <= 99; ++i) c.gaps.push_back(i);
  CHECK(c.gap_at_most(0.5) == 50);
  CHECK(c.gap_at_most(0.95) == 95);
  CHECK(c.gap_at_most(0.99) == 99);
  CHECK(std::isinf(c.gap_at_most(0.995)));  // a hundredth is all that 99 rows can tell
  CHECK_THROWS_AS((void)c.gap_at_most(1), gdm::Error);
  CHECK_THROWS_AS((void)gdm::Calibration{}.gap_at_most(0.5), gdm::Error);
}

TEST_CASE("on ten fresh sets of 2,000 the coverage lies in its binomial interval, and a file keeps the statement") {
  Optimizer optimizer;
  optimizer.train(gdm::generate<TwoLoads>(1'000, 1), {.epochs = 20, .seed = 1});
  const std::size_t n = 2'000;
  const gdm::Calibration found = optimizer.calibrate(gdm::generate<TwoLoads>(4'000, 2), {.samples = 2, .seed = 5});
  const gdm_test::TemporaryFolder folder;
  optimizer.save(folder / "m.safetensors");
  const auto loaded = Optimizer::load(folder / "m.safetensors");
  CHECK(loaded.calibration().gaps == found.gaps);
  CHECK(loaded.calibration().samples == 2);
  const double q = loaded.calibration().gap_at_most(0.9);
  CHECK(q > 0);
  // The coverage of a calibration with m rows is itself random, Beta(0.9 (m + 1), 0.1 (m + 1)): a deviation of 0.0047 for
  // m = 4,000. Four of these and the binomial interval of a set at 1 - 1e-4 bound every set.
  const boost::math::binomial low(static_cast<double>(n), 0.9 - 0.019), high(static_cast<double>(n), 0.9 + 0.019);
  for (std::uint64_t set = 0; set < 10; ++set) {
    const auto fresh = gdm::generate<TwoLoads>(n, 100 + set);
    const auto answers = optimizer.solve_batch(fresh.conditions, {.samples = 2, .seed = 1000 * set});
    std::size_t covered = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const double value = TwoLoads::objective(fresh.condition(i), gdm::row_of<TwoLoads::Solution>(answers, i));
      const double best = TwoLoads::objective(fresh.condition(i), fresh.solution(i));
      covered += gdm::relative_gap(TwoLoads::sense, value, best) <= q ? 1U : 0U;
    }
    CAPTURE(covered);
    CHECK(static_cast<double>(covered) >= boost::math::quantile(low, 1e-4));
    CHECK(static_cast<double>(covered) <= boost::math::quantile(high, 1 - 1e-4));
  }
}
