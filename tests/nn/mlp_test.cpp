// SPDX-License-Identifier: MIT
#include <gdm/nn/mlp.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "../autodiff/gradient_check.hpp"

namespace {

constexpr gdm::DenoiserShape shape{.latents = 2, .features = 3, .steps = 4};
constexpr int input_size = 2 + 3 + 16;

// Equal neighbours, unequal ones, a first layer as wide as the input and a last one as narrow as the output.
using Denoiser = gdm::Mlp<input_size, 5, 5, 2>;
template <class S>
using Network = Denoiser::Network<S, shape>;

static_assert(
    std::is_same_v<
        Network<float>::Op,
        gdm::Chain<gdm::Dense<input_size, input_size, gdm::Silu>, gdm::Dense<input_size, 5, gdm::Silu>,
                   gdm::Dense<5, 5, gdm::Silu, gdm::Skip::residual>, gdm::Dense<5, 2, gdm::Silu>, gdm::Dense<2, 2>>>,
    "a residual sum stands wherever two hidden layers are equally wide, and nowhere else");
static_assert(gdm::DenoiserPolicy<Denoiser>);

constexpr int columns = 4;
constexpr std::array<int, columns> steps{3, 1, 4, 2};
constexpr std::array<bool, columns> dropped{false, true, false, true};

/// Weights and a tile of inputs.
template <class S>
struct Tile {
  typename Network<S>::Parameters parameters{};
  gdm::Block<S, 2, columns> y{};
  gdm::Block<S, 3, columns> condition{};
};

template <class S>
Tile<S> random_tile() {
  Tile<S> tile;
  check::Numbers numbers(7);
  const auto fill = [&](auto& block) { check::for_each_element(block, [&](S& v) { v = S(0.5 * numbers()); }); };
  Network<S>::visit([&](const std::string&, auto& block) { fill(block); }, tile.parameters);
  fill(tile.y);
  fill(tile.condition);
  return tile;
}

/// The output for every column by training's forward pass.
template <class S>
gdm::Block<S, 2, columns> forward(const Tile<S>& tile) {
  const auto w = std::make_unique<typename Network<S>::template Workspace<columns>>();
  Network<S>::prepare(tile.parameters, *w);
  gdm::Block<S, 2, columns> out{};
  Network<S>::forward(tile.parameters, tile.y, tile.condition, steps.data(), dropped.data(), nullptr, *w, out);
  return out;
}

/// One column in plain loops.
std::vector<double> plain(const Tile<double>& tile, int column, int t, bool with_condition) {
  std::vector<double> h;
  for (int i = 0; i < 2; ++i) h.push_back(tile.y(i, column));
  for (int i = 0; i < 3; ++i)
    h.push_back(with_condition ? tile.condition(i, column) : tile.parameters.null_condition(i, 0));
  for (int k = 0; k < 8; ++k) h.push_back(std::sin(std::pow(1000.0, -k / 7.0) * t));
  for (int k = 0; k < 8; ++k) h.push_back(std::cos(std::pow(1000.0, -k / 7.0) * t));
  int number = 0;
  const auto layer = [&](const auto& p) {
    std::vector<double> out;
    for (int o = 0; o < p.weight.rows; ++o) {
      double z = p.bias(o, 0);
      for (int i = 0; i < p.weight.cols; ++i) z += p.weight(o, i) * h[static_cast<std::size_t>(i)];
      const bool last = number == 4, residual = number == 2;
      out.push_back(last ? z : z / (1 + std::exp(-z)) + (residual ? h[static_cast<std::size_t>(o)] : 0.0));
    }
    h = out;
    ++number;
  };
  std::apply([&](const auto&... p) { (layer(p), ...); }, tile.parameters.layers);
  return h;
}

/// Sampling's outputs for columns 0 .. n - 1 at step t, the unconditional ones behind them if `guided`.
template <bool guided, class S>
gdm::Block<S, 2, 2 * columns> predict(const Tile<S>& tile, int t, int n) {
  using Net = Network<S>;
  const auto tables = std::make_unique<typename Net::Tables>();
  const auto instance = std::make_unique<typename Net::template Instance<columns>>();
  const auto scratch = std::make_unique<typename Net::template Scratch<columns>>();
  Net::tabulate(tile.parameters, *tables);
  Net::condition(tile.parameters, tile.condition, n, nullptr, *instance);
  gdm::Block<S, 2, 2 * columns> out{};
  Net::template predict<guided>(tile.parameters, *tables, t, tile.y, *instance, n, *scratch, out);
  return out;
}

}  // namespace

TEST_CASE("training's forward pass agrees with plain loops, and a dropped column reads the null condition") {
  const auto tile = random_tile<double>();
  const auto out = forward(tile);
  for (int j = 0; j < columns; ++j) {
    const auto column = static_cast<std::size_t>(j);
    const auto expected = plain(tile, j, steps[column], !dropped[column]);
    for (int i = 0; i < 2; ++i) CHECK(std::abs(out(i, j) - expected[static_cast<std::size_t>(i)]) <= 1e-13);
  }
}

TEST_CASE_TEMPLATE("sampling computes what training trained, guided or not, for any number of columns", S, float,
                   double) {
  const double tolerance = std::is_same_v<S, float> ? 1e-5 : 1e-12;
  const auto tile = random_tile<S>();
  Tile<double> exact;  // the same numbers
  std::vector<const S*> from;
  Network<S>::visit(
      [](const std::string&, const auto& a, auto& b) {
        for (int j = 0; j < a.cols; ++j)
          for (int i = 0; i < a.rows; ++i) b(i, j) = static_cast<double>(a(i, j));
      },
      tile.parameters, exact.parameters);
  for (int j = 0; j < columns; ++j) {
    for (int i = 0; i < 2; ++i) exact.y(i, j) = static_cast<double>(tile.y(i, j));
    for (int i = 0; i < 3; ++i) exact.condition(i, j) = static_cast<double>(tile.condition(i, j));
  }
  const auto trained = forward(tile);
  for (int t = 1; t <= shape.steps; ++t) {
    const auto all = predict<true>(tile, t, columns);
    for (int n = 1; n <= columns; ++n) {
      const auto guided = predict<true>(tile, t, n);
      const auto unguided = predict<false>(tile, t, n);
      for (int j = 0; j < n; ++j) {
        const auto with = plain(exact, j, t, true), without = plain(exact, j, t, false);
        const auto column = static_cast<std::size_t>(j);
        for (int i = 0; i < 2; ++i) {
          const auto row = static_cast<std::size_t>(i);
          CHECK(std::abs(static_cast<double>(guided(i, j)) - with[row]) <= tolerance);
          CHECK(std::abs(static_cast<double>(guided(i, n + j)) - without[row]) <= tolerance);
          CHECK(guided(i, j) == unguided(i, j));
          CHECK(guided(i, j) == all(i, j));  // the bits do not depend on the neighbours
          CHECK(guided(i, n + j) == all(i, columns + j));
          if (t == steps[column]) {
            const S expected = dropped[column] ? guided(i, n + j) : guided(i, j);
            CHECK(std::abs(static_cast<double>(trained(i, j) - expected)) <= tolerance);
          }
        }
      }
    }
  }
}

TEST_CASE("defect 5 of the reference: the unconditional branch is not that of an all-zero condition") {
  auto tile = random_tile<double>();
  tile.condition = {};
  const auto out = predict<true>(tile, 2, 1);
  CHECK(std::abs(out(0, 0) - out(0, 1)) > 1e-3);
  tile.parameters.null_condition = {};
  const auto same = predict<true>(tile, 2, 1);
  CHECK(std::abs(same(0, 0) - same(0, 1)) <= 1e-15);
}

TEST_CASE("the condition of column 0 can be spread over a batch") {
  const auto tile = random_tile<double>();
  using Instance = Network<double>::Instance<columns>;
  const auto all = std::make_unique<Instance>(), first = std::make_unique<Instance>();
  auto repeated = tile;
  for (int j = 1; j < columns; ++j) std::copy_n(tile.condition.column(0), 3, repeated.condition.column(j));
  Network<double>::condition(tile.parameters, repeated.condition, columns, nullptr, *all);
  Network<double>::condition(tile.parameters, tile.condition, 1, nullptr, *first);
  Network<double>::spread(*first, columns);
  CHECK(all->condition.matrix() == first->condition.matrix());
}

TEST_CASE("the gradient by every weight and by the null condition agrees with both oracles") {
  using Net = Network<double>;
  auto tile = random_tile<double>();
  gdm::Block<double, 2, columns> cotangent{};
  check::Numbers numbers(8);
  check::for_each_element(cotangent, [&](double& v) { v = numbers(); });
  const auto value = [&](const auto& at) {
    const auto out = forward(at);
    auto sum = out(0, 0) * 0.0;
    for (int j = 0; j < columns; ++j)
      for (int i = 0; i < 2; ++i) sum += cotangent(i, j) * out(i, j);
    return sum;
  };

  const auto w = std::make_unique<Net::Workspace<columns>>();
  const auto gradient = std::make_unique<Net::Parameters>();
  Net::prepare(tile.parameters, *w);
  gdm::Block<double, 2, columns> out{};
  Net::forward(tile.parameters, tile.y, tile.condition, steps.data(), dropped.data(), nullptr, *w, out);
  Net::pullback(tile.parameters, dropped.data(), *w, cotangent, *gradient);

  const auto dual = std::make_unique<Tile<check::Dual>>();
  const auto variable = check::variables<Net>(tile.parameters, tile.y);
  const auto dual_variable = check::variables<Network<check::Dual>>(dual->parameters, dual->y);
  for (std::size_t k = 0; k < variable.size(); ++k) *dual_variable[k] = check::Dual(*variable[k]);
  for (int j = 0; j < columns; ++j)
    for (int i = 0; i < 3; ++i) dual->condition(i, j) = check::Dual(tile.condition(i, j));

  const auto found = check::weights<Net>(*gradient);
  std::vector<double> by_difference, by_forward;
  for (std::size_t k = 0; k < found.size(); ++k) {
    by_difference.push_back(check::difference_quotient(*variable[k], [&] { return value(tile); }));
    *dual_variable[k] = boost::math::differentiation::make_fvar<double, 1>(*variable[k]);
    by_forward.push_back(value(*dual).derivative(1));
    *dual_variable[k] = check::Dual(*variable[k]);
  }
  CHECK(check::relative_error(found, by_difference) <= 1e-7);
  CHECK(check::relative_error(found, by_forward) <= 1e-11);
  CHECK(gradient->null_condition.matrix().cwiseAbs().minCoeff() > 1e-3);  // both dropped columns reach it
  Net::visit([](const std::string& name, const auto& block) { CHECK_MESSAGE(check::padding_is_zero(block), name); },
             *gradient);

  const auto twice = std::make_unique<Net::Parameters>(*gradient);
  Net::pullback(tile.parameters, dropped.data(), *w, cotangent, *twice);
  auto doubled = found;
  for (double& g : doubled) g *= 2;
  CHECK(check::relative_error(check::weights<Net>(*twice), doubled) <= 1e-12);
}

TEST_CASE("a new network predicts zero, names its weights and starts with a zero null condition") {
  using Net = Network<float>;
  Tile<float> tile = random_tile<float>();
  Net::initialise(tile.parameters, 3);
  const auto out = forward(tile);
  CHECK(out.matrix().isZero(0));
  CHECK(tile.parameters.null_condition.matrix().isZero(0));
  CHECK(!std::get<0>(tile.parameters.layers).weight.matrix().isZero(0));
  std::vector<std::string> names;
  Net::visit([&](const std::string& name, const auto&) { names.push_back(name); }, tile.parameters);
  CHECK(names.front() == "layers.0.weight");
  CHECK(names[names.size() - 2] == "layers.4.bias");
  CHECK(names.back() == "null_condition");
  CHECK(gdm::parameter_count<Net>(tile.parameters) ==
        21 * 21 + 21 + 21 * 5 + 5 + 5 * 5 + 5 + 5 * 2 + 2 + 2 * 2 + 2 + 3);
  CHECK(Denoiser::name() == "mlp-21-5-5-2");
}
