// SPDX-License-Identifier: MIT
#include <gdm/problems/noma_uav/uav_rate.hpp>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include <doctest/doctest.h>
#include <gdm/problem/draw.hpp>

namespace {

/// An instance of the search: the k-th nearest of the terminals has the power `power[k]`.
template <int K>
struct Task {
  gdm::UavSite<K> site;
  typename gdm::UavSite<K>::Row power;
  double gain;

  [[nodiscard]] gdm::SearchResult search(int most = 1'000'000) const {
    return gdm::best_uav_position(gdm::UavRate<K>(site, power, gain), site, 1e-9, most);
  }
};

/// The rate written out once more, in nat/s/Hz.
template <int K>
double plain_rate(const Task<K>& task, double ux, double uy) {
  std::vector<double> t;
  for (std::size_t i = 0; i < static_cast<std::size_t>(K); ++i) {
    t.push_back(std::pow(ux - task.site.x[i], 2) + std::pow(uy - task.site.y[i], 2) +
                task.site.height * task.site.height);
  }
  std::sort(t.begin(), t.end());
  double rate = 0.0, below = 0.0;
  for (std::size_t k = 0; k < t.size(); ++k) {
    rate += std::log1p(task.power[k] / (below + t[k] / task.gain));
    below += task.power[k];
  }
  return rate;
}

/// Independent oracle: a dense grid, then a pattern search from its best points.
template <int K>
double grid_optimum(const Task<K>& task) {
  struct Point {
    double rate, x, y;
  };
  std::vector<Point> points;
  constexpr int steps = 80;
  for (int i = 0; i <= steps; ++i) {
    for (int j = 0; j <= steps; ++j) {
      const double x = task.site.side * i / steps, y = task.site.side * j / steps;
      points.push_back({plain_rate(task, x, y), x, y});
    }
  }
  std::partial_sort(points.begin(), points.begin() + 12, points.end(),
                    [](const Point& a, const Point& b) { return a.rate > b.rate; });
  double best = 0.0;
  for (std::size_t start = 0; start < 12; ++start) {
    Point p = points[start];
    for (double step = task.site.side / steps; step > 1e-6;) {
      Point next = p;
      for (int direction = 0; direction < 16; ++direction) {
        const double angle = direction * 0.39269908169872414;
        const double x = std::clamp(p.x + step * std::cos(angle), 0.0, task.site.side);
        const double y = std::clamp(p.y + step * std::sin(angle), 0.0, task.site.side);
        if (const double rate = plain_rate(task, x, y); rate > next.rate) {
          next = {rate, x, y};
        }
      }
      step = next.rate > p.rate ? step : 0.5 * step;
      p = next;
    }
    best = std::max(best, p.rate);
  }
  return best;
}

template <int K>
Task<K> task_of(double gain, double total) {
  Task<K> task{};
  task.gain = gain;
  task.site.height = 150.0;
  task.site.side = 400.0;
  for (int k = 0; k < K; ++k) {
    task.power[static_cast<std::size_t>(k)] = total / K + (k - 0.5 * (K - 1)) * 0.1;
  }
  return task;
}

template <int K>
void compare_with_grid(const Task<K>& task) {
  const gdm::SearchResult found = task.search();
  const double grid = grid_optimum(task);
  CAPTURE(K);
  CAPTURE(task.gain);
  CAPTURE(found.x);
  CAPTURE(found.y);
  CHECK(std::abs(plain_rate(task, found.x, found.y) - found.value) <= 1e-12 * found.value);
  CHECK(found.value >= grid * (1.0 - 1.0001e-9));
  CHECK(found.value <= found.bound);
  CHECK(found.bound <= found.value * (1.0 + 1.0001e-9));
  CHECK(found.boxes < 20'000);
  CHECK(found.x >= 0.0);
  CHECK(found.x <= 400.0);
  CHECK(found.y >= 0.0);
  CHECK(found.y <= 400.0);
}

constexpr double gains[] = {60.0 / 110.0, 30.0, 1e3, 3e4, 1e5, 1e7};

template <int K>
void random_tasks(std::mt19937_64& rng, int repeats) {
  for (int repeat = 0; repeat < repeats; ++repeat) {
    for (const double gain : gains) {
      const double total = 0.05 * K * (K - 1) + 0.01 + 10.0 * K * gdm::draw_uniform(rng);
      Task<K> task = task_of<K>(gain, total);
      const double width = repeat % 3 == 0 ? 400.0 : 1200.0 * gdm::draw_uniform(rng);  // narrow clouds, and wide ones
      for (std::size_t i = 0; i < static_cast<std::size_t>(K); ++i) {
        task.site.x[i] = 200.0 + width * (gdm::draw_uniform(rng) - 0.5);
        task.site.y[i] = 200.0 + width * (gdm::draw_uniform(rng) - 0.5);
      }
      compare_with_grid(task);
    }
  }
}

}  // namespace

TEST_CASE("the search finds what a dense grid with local search finds, and proves it to 1e-9") {
  std::mt19937_64 rng(91);
  random_tasks<1>(rng, 2);
  random_tasks<2>(rng, 6);
  random_tasks<3>(rng, 12);
  random_tasks<4>(rng, 4);
  random_tasks<8>(rng, 2);
}

TEST_CASE("symmetric, coincident, collinear and distant terminals are searched to the same proof") {
  for (const double gain : gains) {
    for (const double total : {0.31, 18.0, 500.0}) {
      const auto check = [&](std::array<double, 3> x, std::array<double, 3> y) {
        Task<3> task = task_of<3>(gain, total);
        task.site.x = x;
        task.site.y = y;
        compare_with_grid(task);
      };
      for (const double r :
           {1.0, 30.0, 80.0, 100.0, 120.0, 150.0, 190.0}) {  // equilateral: three modes, or a kink of 3
        check({200.0 + r, 200.0 - 0.5 * r, 200.0 - 0.5 * r},
              {200.0, 200.0 + 0.8660254037844386 * r, 200.0 - 0.8660254037844386 * r});
      }
      check({100.0, 100.0, 100.0}, {50.0, 50.0, 50.0});
      check({100.0, 100.0, 300.0}, {50.0, 50.0, 350.0});
      check({100.0, 100.0 + 1e-9, 300.0}, {50.0, 50.0, 350.0});
      check({0.0, 200.0, 400.0}, {0.0, 200.0, 400.0});
      check({-1e6, 1e6, 200.0}, {0.0, 0.0, 1e6});
      check({1e6, 1e6, 1e6}, {1e6, 0.0, -1e6});
      check({0.0, 400.0, 200.0}, {0.0, 0.0, 400.0});
    }
  }
  Task<8> ring = task_of<8>(60.0 / 110.0, 48.0);
  for (std::size_t i = 0; i < 8; ++i) {
    ring.site.x[i] = 200.0 + 180.0 * std::cos(0.7853981633974483 * static_cast<double>(i));
    ring.site.y[i] = 200.0 + 180.0 * std::sin(0.7853981633974483 * static_cast<double>(i));
  }
  compare_with_grid(ring);
}

TEST_CASE("an early stop leaves a bound that is still above the optimum") {
  std::mt19937_64 rng(92);
  for (int repeat = 0; repeat < 100; ++repeat) {
    Task<4> task = task_of<4>(gains[repeat % 6], 24.0);
    for (std::size_t i = 0; i < 4; ++i) {
      task.site.x[i] = gdm::draw_uniform(rng, 0.0, 400.0);
      task.site.y[i] = gdm::draw_uniform(rng, 0.0, 400.0);
    }
    const double exact = task.search().value;
    double previous = 1e300;
    for (const int most : {1, 8, 32, 128}) {
      const gdm::SearchResult early = task.search(most);
      CHECK(early.bound >= exact);
      CHECK(early.value <= exact * (1.0 + 1e-12));
      CHECK(early.bound <= previous);
      previous = early.bound;
    }
  }
}

TEST_CASE("the uphill step stops where the gradient of the rate is zero, and climbs on average") {
  std::mt19937_64 rng(905);
  for (int repeat = 0; repeat < 100; ++repeat) {
    Task<5> task;
    task.site.height = 150.0;
    task.site.side = 400.0;
    task.gain = 60.0 / 110.0;
    for (std::size_t i = 0; i < 5; ++i) {
      task.site.x[i] = 400.0 * gdm::draw_uniform(rng);
      task.site.y[i] = 400.0 * gdm::draw_uniform(rng);
      task.power[i] = 6.0 + 0.1 * static_cast<double>(i);
    }
    const gdm::UavRate<5> rate(task.site, task.power, task.gain);
    std::array<double, 2> u{task.site.x[0], task.site.y[0]};
    const double start = plain_rate(task, u[0], u[1]);
    for (int n = 0; n < 200; ++n) u = rate.ascend(u[0], u[1]);
    CHECK(plain_rate(task, u[0], u[1]) >= start * (1.0 - 1e-6));
    const std::array<double, 2> next = rate.ascend(u[0], u[1]);
    if (std::hypot(next[0] - u[0], next[1] - u[1]) < 1e-9) {  // else it goes to and fro over a change of order
      constexpr double h = 1e-3;
      const double gx = (plain_rate(task, u[0] + h, u[1]) - plain_rate(task, u[0] - h, u[1])) / (2 * h);
      const double gy = (plain_rate(task, u[0], u[1] + h) - plain_rate(task, u[0], u[1] - h)) / (2 * h);
      CHECK(std::hypot(gx, gy) <= 1e-9 * start);
    }
  }
}
