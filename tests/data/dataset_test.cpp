// SPDX-License-Identifier: MIT
#include <gdm/data/dataset.hpp>
#include <gdm/problems/sum_rate/defaults.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <set>
#include <string>
#include <vector>

namespace {

using P = gdm::SumRate<3, 10'000>;
using Data = gdm::Dataset<P>;
using doctest::Contains;

Data small_data() {
  Data data;
  data.conditions = {{1, 2, 3, 10}, {0.5, 0.6, 0.7, 10}};
  data.solutions = {{1, 2, 7}, {3, 3, 4}};
  return data;
}

}  // namespace

TEST_CASE("rows and views read the arrays themselves, without a copy") {
  Data data = small_data();
  const auto conditions = data.conditions_view();
  const auto solutions = data.solutions_view();
  CHECK(conditions.data() == data.conditions.data());
  CHECK(solutions.data() == data.solutions.data());
  CHECK(conditions.rows() == 4);
  CHECK(conditions.cols() == 2);
  CHECK(data.size() == 2);
  CHECK(data.condition(1) == P::Condition(0.5, 0.6, 0.7, 10));
  CHECK(data.solution(0) == P::Solution(1, 2, 7));
  CHECK(conditions.col(1) == data.condition(1));
  data.conditions(1, 2) = 9;
  CHECK(conditions(2, 1) == 9);
}

TEST_CASE("a label that breaks the constraints is refused by row and by how much, unless it is accepted") {
  const auto message = [](const Data& data) -> std::string {
    try {
      data.validate();
    } catch (const gdm::Error& error) {
      CHECK(error.code() == gdm::Errc::infeasible_label);
      return error.what();
    }
    return {};
  };
  Data data = small_data();
  CHECK(message(data).empty());
  data.solutions = {{1, 2, 7}, {3000, 3000, 4000}};  // mW for W
  CHECK(message(data).find("dataset row 1: solution: it breaks a constraint by 999 ") != std::string::npos);
  CHECK(message(data).find("[GDM-R213]") != std::string::npos);
  data.solutions = {{1, 2, 7.01}, {3, 3, 4}};
  CHECK(message(data).find("dataset row 0: solution: it breaks a constraint by 0.001 ") != std::string::npos);
  data.solutions = {{1, 2, 7.0005}, {3, 3, 4}};  // four digits
  CHECK(message(data).empty());
  data.solutions = {{-1, 4, 7}, {3, 3, 4}};
  CHECK(message(data).find("by 0.1 ") != std::string::npos);
  data.label_tolerance = 0.2;
  CHECK(message(data).empty());
  const auto halves = gdm::split(data, 0.5);
  CHECK(halves.first.label_tolerance == 0.2);
  CHECK(halves.second.label_tolerance == 0.2);
  data.solutions(1, 1) = std::numeric_limits<double>::quiet_NaN();
  data.label_tolerance = std::numeric_limits<double>::infinity();
  CHECK_THROWS_WITH_AS(data.validate(), Contains("dataset row 1: solution: element 1 is nan"), gdm::Error);
}

TEST_CASE("more instances than there is memory for are an error, not the end of the program") {
  CHECK_THROWS_WITH_AS((void)gdm::generate<P>(10'000'000'000'000U, 1), Contains("10000000000000 instances asked for"),
                       gdm::Error);
}

TEST_CASE("rows can be written and copied out in ranges") {
  xt::xtensor<double, 2> array{{1, 2}, {3, 4}, {5, 6}};
  gdm::set_row(array, 1, gdm::Vector<2>(7, 8));
  CHECK(array == xt::xtensor<double, 2>{{1, 2}, {7, 8}, {5, 6}});
  CHECK(gdm::rows_of(array, 1, 3) == xt::xtensor<double, 2>{{7, 8}, {5, 6}});
  CHECK(gdm::rows_of(array, 2, 2).shape(0) == 0);
  CHECK_THROWS_WITH_AS(gdm::require_columns<gdm::Vector<3>>(array, "here"),
                       Contains("here: rows of 2 numbers where the problem has 3"), gdm::Error);
}

TEST_CASE("instance i is a function of the seed and i, for any number of rows and threads") {
  const auto data = gdm::generate<P>(300, 7, 1);
  CHECK(data.size() == 300);
  for (const int threads : {2, 3, 0}) {
    const auto again = gdm::generate<P>(300, 7, threads);
    CHECK(again.conditions == data.conditions);
    CHECK(again.solutions == data.solutions);
  }
  const auto fewer = gdm::generate<P>(65, 7);
  for (std::size_t i = 0; i < fewer.size(); ++i) CHECK(fewer.condition(i) == data.condition(i));
  const auto other = gdm::generate<P>(300, 8);
  std::set<double> gains;
  for (std::size_t i = 0; i < 300; ++i) {
    gains.insert(data.conditions(i, 0));
    gains.insert(other.conditions(i, 0));
  }
  CHECK(gains.size() == 600);  // no two instances of one seed or of neighbouring seeds are alike
}

TEST_CASE("generated rows are drawn by the problem and labelled with its optimum") {
  const auto data = gdm::generate<P>(200, 3);
  data.validate();
  double sum = 0;
  for (std::size_t i = 0; i < data.size(); ++i) {
    const auto x = data.condition(i);
    CHECK(data.solution(i) == P::optimal(x));
    for (int k = 0; k < 3; ++k) {
      CHECK(x[k] >= 0.5);
      CHECK(x[k] < 2.5);
      sum += x[k];
    }
    CHECK(x[3] == 10);
  }
  CHECK(std::abs(sum / 600 - 1.5) <= 4 * (2 / std::sqrt(12.0)) / std::sqrt(600.0));
}

TEST_CASE("a split keeps all rows once and in order") {
  const auto data = gdm::generate<P>(101, 1);
  for (const double share : {0.7, 0.01, 0.5, 0.98}) {
    const auto [head, tail] = gdm::split(data, share);
    CHECK(head.size() == static_cast<std::size_t>(std::llround(101 * share)));
    REQUIRE(head.size() + tail.size() == 101);
    for (std::size_t i = 0; i < 101; ++i) {
      const auto& part = i < head.size() ? head : tail;
      const std::size_t row = i < head.size() ? i : i - head.size();
      CHECK(part.condition(row) == data.condition(i));
      CHECK(part.solution(row) == data.solution(i));
    }
  }
}

TEST_CASE("a split that leaves one side empty is refused with the share and the number of rows") {
  const auto data = gdm::generate<P>(10, 1);
  for (const double share : {0.0, 1.0, -0.5, 1.5, 0.04, 0.96, std::numeric_limits<double>::quiet_NaN()}) {
    CAPTURE(share);
    CHECK_THROWS_WITH_AS((void)gdm::split(data, share), Contains("[GDM-R201]"), gdm::Error);
  }
  CHECK_THROWS_WITH_AS((void)gdm::split(data, 0.04),
                       Contains("split: a share of 0.04 of 10 rows leaves one side empty"), gdm::Error);
  CHECK_THROWS_WITH_AS((void)gdm::split(Data{}, 0.5), Contains("of 0 rows"), gdm::Error);
}

TEST_CASE("conditions alone are split as rows with solutions are") {
  auto data = gdm::generate<P>(5, 1);
  const auto whole = data;
  data.solutions = {};
  const auto [head, tail] = gdm::split(data, 0.6);
  CHECK(head.size() == 3);
  CHECK(head.solutions.shape(0) == 0);
  CHECK(tail.solutions.shape(0) == 0);
  CHECK(head.condition(2) == whole.condition(2));
  CHECK(tail.condition(0) == whole.condition(3));
  tail.validate_conditions();
}

TEST_CASE("a split of arrays with different numbers of rows is refused") {
  auto data = gdm::generate<P>(10, 1);
  data.weights = xt::ones<double>({9});
  CHECK_THROWS_WITH_AS((void)gdm::split(data, 0.5), Contains("dataset weights: 9 weights for 10 rows"), gdm::Error);
  data.weights = {};
  data.solutions.resize({4, 3});
  CHECK_THROWS_WITH_AS((void)gdm::split(data, 0.8), Contains("dataset: 10 conditions and 4 solutions"), gdm::Error);
}

TEST_CASE("no rows are refused, whether asked for or given") {
  CHECK_THROWS_WITH_AS((void)gdm::generate<P>(0, 1), Contains("[GDM-R211]"), gdm::Error);
  CHECK_THROWS_WITH_AS(Data{}.validate(), Contains("[GDM-R211]"), gdm::Error);
  Data empty;
  empty.conditions.resize({0, 4});
  empty.solutions.resize({0, 3});
  CHECK_THROWS_WITH_AS(empty.validate(), Contains("dataset: it has no rows"), gdm::Error);
}

TEST_CASE("a dataset whose shapes do not fit is refused with what was found") {
  Data data = small_data();
  data.validate();
  data.solutions = {{1, 2, 7}};
  CHECK_THROWS_WITH_AS(data.validate(), Contains("dataset: 2 conditions and 1 solutions"), gdm::Error);
  CHECK_THROWS_WITH_AS(data.validate(), Contains("[GDM-R212]"), gdm::Error);
  data = small_data();
  data.conditions = {{1, 2, 3}, {1, 2, 3}};
  CHECK_THROWS_WITH_AS(data.validate(), Contains("dataset conditions: rows of 3 numbers where the problem has 4"),
                       gdm::Error);
  data = small_data();
  data.solutions = {{1, 2, 3, 4}, {1, 2, 3, 4}};
  CHECK_THROWS_WITH_AS(data.validate(), Contains("dataset solutions: rows of 4 numbers where the problem has 3"),
                       gdm::Error);
  data = small_data();
  data.solutions.resize({0, 3});
  CHECK_THROWS_WITH_AS(data.validate(),
                       Contains("dataset: 2 conditions and no solution. Give one solution for "
                                "each condition, or use the optimizer's `learn`"),
                       gdm::Error);
}

TEST_CASE("a senseless row is refused by its number, element and value") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  Data data = small_data();
  data.conditions(1, 2) = nan;
  CHECK_THROWS_WITH_AS(data.validate(), Contains("dataset row 1: "), gdm::Error);
  CHECK_THROWS_WITH_AS(data.validate(), Contains("element 2 is nan"), gdm::Error);
  data = small_data();
  data.conditions(0, 0) = -1;
  CHECK_THROWS_WITH_AS(data.validate(), Contains("dataset row 0: "), gdm::Error);
  CHECK_THROWS_WITH_AS(data.validate(), Contains("[GDM-R202]"), gdm::Error);
  data = small_data();
  data.solutions(1, 0) = infinity;
  CHECK_THROWS_WITH_AS(data.validate(), Contains("solution: element 0 is inf"), gdm::Error);
  CHECK_THROWS_WITH_AS(data.validate(), Contains("dataset row 1: "), gdm::Error);
}
