// SPDX-License-Identifier: MIT
#include <gdm/gdm.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <string>

#include "../data/temporary_folder.hpp"

namespace {

using Denoiser = gdm::SetMlp<16, 2>;

/// The condition with token i of the result being token `order[i]` of `x`; `per_token` numbers each.
template <class V, std::size_t K>
V permuted(const V& x, const std::array<int, K>& order, int first, int per_token) {
  V y = x;
  for (std::size_t i = 0; i < K; ++i)
    for (int k = 0; k < per_token; ++k)
      y[first + static_cast<int>(i) * per_token + k] = x[first + order[i] * per_token + k];
  return y;
}

/// Permuted conditions give permuted solutions with the same bits, for one sample and for the best of several.
template <class Optimizer, class P>
void check_equivariance(int per_token, int first_solution) {
  Optimizer optimizer;
  optimizer.train(gdm::generate<P>(400, 3), {.epochs = 2, .batch_size = 64, .seed = 3});
  const auto test = gdm::generate<P>(50, 4);
  constexpr std::array<int, 4> order{3, 0, 1, 2};
  for (std::size_t row = 0; row < test.size(); ++row) {
    const auto x = test.condition(row);
    const auto turned = permuted(x, order, 0, per_token);
    for (const std::size_t samples : {std::size_t{1}, std::size_t{4}}) {
      const auto y = optimizer.solve(x, {.samples = samples, .seed = row});
      const auto z = optimizer.solve(turned, {.samples = samples, .seed = row});
      CHECK((permuted(y, order, first_solution, 1).array() == z.array()).all());
      const double a = P::objective(x, y), b = P::objective(turned, z);
      CHECK(std::abs(a - b) <= 1e-9 * std::abs(a));
    }
  }
}

std::filesystem::path file_in(const gdm_test::TemporaryFolder& folder) { return folder.path() / "model.safetensors"; }

}  // namespace

TEST_CASE("permuting channels, nodes or terminals permutes the solution bit for bit, with SetMlp") {
  check_equivariance<gdm::GdmOptimizer<gdm::SumRate<4>, Denoiser>, gdm::SumRate<4>>(1, 0);
  check_equivariance<gdm::GdmOptimizer<gdm::ComputationOffloading<4>, Denoiser>, gdm::ComputationOffloading<4>>(5, 0);
  check_equivariance<gdm::GdmOptimizer<gdm::NomaUav<4>, Denoiser>, gdm::NomaUav<4>>(2, 2);
}

TEST_CASE("permuting channels permutes the solution bit for bit with Mlp too, since tokens are sorted first") {
  check_equivariance<gdm::GdmOptimizer<gdm::SumRate<4>, gdm::Mlp<16, 16>>, gdm::SumRate<4>>(1, 0);
}

TEST_CASE("a SetMlp trained on 9 channels solves 4 and 40 from its file, feasibly and better than equal power") {
  const gdm_test::TemporaryFolder folder;
  gdm::GdmOptimizer<gdm::SumRate<9>, Denoiser> trained;
  trained.train(gdm::generate<gdm::SumRate<9>>(2'000, 1),
                {.epochs = 15, .batch_size = 64, .learning_rate = 4e-3, .seed = 1});
  trained.save(file_in(folder));
  const auto check_size = [&]<int M>(std::integral_constant<int, M>) {
    using P = gdm::SumRate<M>;
    const auto optimizer = gdm::GdmOptimizer<P, Denoiser>::load(file_in(folder));
    const auto test = gdm::generate<P>(100, 2);
    xt::xtensor<double, 2> equal = test.solutions;
    for (std::size_t i = 0; i < test.size(); ++i)
      gdm::set_row(equal, i, typename P::Solution(P::equal_power(test.condition(i))));
    const auto ours = gdm::evaluate(optimizer, test);
    const auto baseline = gdm::evaluate_solutions(test, equal);
    CAPTURE(M);
    CHECK(ours.feasible_fraction == 1.0);
    CHECK(ours.mean_gap < 0.3 * baseline.mean_gap);
  };
  check_size(std::integral_constant<int, 4>{});
  check_size(std::integral_constant<int, 40>{});
}

TEST_CASE("an Mlp's file does not load into another size, and says so") {
  const gdm_test::TemporaryFolder folder;
  gdm::GdmOptimizer<gdm::SumRate<4>, gdm::Mlp<16, 16>> four;
  four.train(gdm::generate<gdm::SumRate<4>>(50, 1), {.epochs = 1});
  four.save(file_in(folder));
  try {
    (void)gdm::GdmOptimizer<gdm::SumRate<5>, gdm::Mlp<16, 16>>::load(file_in(folder));
    FAIL("accepted");
  } catch (const gdm::Error& error) {
    CHECK(error.code() == gdm::Errc::file_mismatch);
    CHECK(std::string(error.what()).find("tokens") != std::string::npos);
  }
}

TEST_CASE("training on a mixture of sizes uses every set, repeats bit for bit and serves each size") {
  const auto small = gdm::generate<gdm::SumRate<4>>(300, 1);
  const auto large = gdm::generate<gdm::SumRate<9>>(200, 2);
  gdm::GdmOptimizer<gdm::SumRate<4>, Denoiser> once, again, alone;
  const auto options = decltype(once)::TrainOptions{.epochs = 3, .batch_size = 32, .seed = 5};
  once.train_mixture(std::tie(small, large), options);
  again.train_mixture(std::tie(small, large), options);
  alone.train(small, options);
  const auto x = small.condition(0);
  CHECK((once.solve(x).array() == again.solve(x).array()).all());
  CHECK((once.solve(x).array() != alone.solve(x).array()).any());
  const gdm_test::TemporaryFolder folder;
  once.save(file_in(folder));
  const auto nine = gdm::GdmOptimizer<gdm::SumRate<9>, Denoiser>::load(file_in(folder));
  CHECK(gdm::evaluate(nine, large).feasible_fraction == 1.0);
}

TEST_CASE("four channels of nine get the bits of an instance of four through one model file, and the others nothing") {
  const gdm_test::TemporaryFolder folder;
  using Large = gdm::SumRate<9>;
  using Small = gdm::SumRate<4, 2'250>;
  gdm::GdmOptimizer<Large, Denoiser> trained;
  auto data = gdm::generate<Large>(300, 1);
  for (std::size_t i = 0; i < data.size(); ++i) {  // absent in training, too
    auto x = data.condition(i);
    for (int k = 0; k < static_cast<int>(i % 8); ++k) x[(2 * k) % 9] = 0;
    gdm::set_row(data.conditions, i, x);
    gdm::set_row(data.solutions, i, Large::Solution(Large::optimal(x)));
  }
  trained.train(data, {.epochs = 3, .batch_size = 64, .p_uncond = 0.1, .seed = 1});
  trained.save(file_in(folder));
  const auto small = gdm::GdmOptimizer<Small, Denoiser>::load(file_in(folder));
  gdm::RandomStream random(4);
  for (std::uint64_t i = 0; i < 20; ++i) {
    const Small::Condition x = Small::draw(random);
    Large::Condition spread = Large::Condition::Zero();
    std::array<int, 4> place;
    for (int k = 0; k < 4; ++k) {
      place[static_cast<std::size_t>(k)] = (5 * k + static_cast<int>(i)) % 9;
      spread[(5 * k + static_cast<int>(i)) % 9] = x[k];
    }
    spread[9] = x[4];
    const auto check = [&](const Small::Solution& few, const Large::Solution& many) {
      double sum = 0;
      for (int k = 0; k < 4; ++k) {
        CHECK(many[place[static_cast<std::size_t>(k)]] == few[k]);
        sum += few[k];
      }
      CHECK(many.sum() == doctest::Approx(sum).epsilon(1e-12));
      CHECK((many.array() != 0).count() == (few.array() != 0).count());
    };
    check(small.solve(x, {.seed = i}), trained.solve(spread, {.seed = i}));
    check(small.solve(x, {.samples = 5, .omega = 0.5, .seed = i}),
          trained.solve(spread, {.samples = 5, .omega = 0.5, .seed = i}));
    check(small.solve(x, {.samples = 3, .rounds = 1, .seed = i}),
          trained.solve(spread, {.samples = 3, .rounds = 1, .seed = i}));
    check(small.solve_from(x, Small::equal_power(x), {.seed = i}),
          trained.solve_from(spread, Large::equal_power(spread), {.seed = i}));
    CHECK(Large::violation(spread, trained.solve(spread, {.seed = i})) <= 1e-9);
  }
}
