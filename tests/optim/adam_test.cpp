// SPDX-License-Identifier: MIT
#include <gdm/optim/adam.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "../near.hpp"

namespace {

constexpr std::size_t size = 64;  // whole registers of any width

/// Kingma & Ba 2015, Algorithm 1, one number at a time and with the bias corrections where the paper has them.
struct Textbook {
  double weight, first = 0, second = 0, average;

  explicit Textbook(double start) : weight(start), average(start) {}

  void step(const gdm::AdamOptions& options, int t, double rate, double gradient, double ema_decay) {
    first = options.beta1 * first + (1 - options.beta1) * gradient;
    second = options.beta2 * second + (1 - options.beta2) * gradient * gradient;
    const double corrected_first = first / (1 - std::pow(options.beta1, t));
    const double corrected_second = second / (1 - std::pow(options.beta2, t));
    weight -= rate * corrected_first / (std::sqrt(corrected_second) + options.epsilon);
    const double decay = std::min(ema_decay, (1.0 + t) / (10.0 + t));
    average = decay * average + (1 - decay) * weight;
  }
};

template <class S>
struct State {
  std::vector<S> weights = std::vector<S>(size), first = std::vector<S>(size), second = std::vector<S>(size),
                 average = std::vector<S>(size);

  void step(const gdm::AdamOptions& options, const gdm::AdamStep& step, const std::vector<S>& gradient) {
    gdm::adam_update<S>(options, step, gradient, weights, first, second, average);
  }
};

/// Gradients of all signs and of magnitudes from 1e-4 to 1e4.
double gradient_of(std::size_t i, int t) {
  return std::sin(static_cast<double>(i + 1) * 1.7 + t * 0.9) * std::pow(10.0, static_cast<double>(i % 9) - 4);
}

}  // namespace

TEST_CASE_TEMPLATE("fifty steps agree with the textbook's algorithm, weight by weight and average by average", S, float,
                   double) {
  const double tolerance = std::is_same_v<S, float> ? 2e-5 : 1e-12;
  for (const gdm::AdamOptions options : {gdm::AdamOptions{}, gdm::AdamOptions{0.5, 0.9, 1e-3}}) {
    State<S> state;
    std::vector<Textbook> textbook;
    for (std::size_t i = 0; i < size; ++i) {
      const double start = std::cos(static_cast<double>(i));
      state.weights[i] = state.average[i] = S(start);
      textbook.emplace_back(static_cast<double>(S(start)));
    }
    for (int t = 1; t <= 50; ++t) {
      const double rate = 0.01 + 0.001 * t;
      std::vector<S> gradient;
      for (std::size_t i = 0; i < size; ++i) {
        gradient.push_back(S(gradient_of(i, t)));
        textbook[i].step(options, t, rate, static_cast<double>(gradient[i]), 0.8);
      }
      state.step(options, gdm::AdamStep(options, static_cast<std::uint64_t>(t), rate, 0.8), gradient);
    }
    for (std::size_t i = 0; i < size; ++i) {
      CAPTURE(i);
      CHECK(near(static_cast<double>(state.weights[i]), textbook[i].weight, tolerance, tolerance));
      CHECK(near(static_cast<double>(state.average[i]), textbook[i].average, tolerance, tolerance));
    }
  }
}

TEST_CASE_TEMPLATE("the first step has the length of the learning rate, against the gradient", S, float, double) {
  State<S> state;
  std::vector<S> gradient;
  for (std::size_t i = 0; i < size; ++i) gradient.push_back(S(gradient_of(i, 0)));
  state.step({}, gdm::AdamStep({}, 1, 0.25, 0.999), gradient);
  for (std::size_t i = 0; i < size; ++i) {
    const double g = static_cast<double>(gradient[i]), expected = -0.25 * g / (std::abs(g) + 1e-8);
    CHECK(near(static_cast<double>(state.weights[i]), expected, 0, 2e-5));
  }
}

TEST_CASE_TEMPLATE("a gradient that has vanished moves nothing and breaks nothing", S, float, double) {
  const S smallest = std::numeric_limits<S>::min();
  for (const S g : {S(0), std::numeric_limits<S>::denorm_min(), smallest, std::sqrt(smallest), S(1e-20)}) {
    State<S> state;
    for (std::uint64_t t = 1; t <= 5; ++t) state.step({}, gdm::AdamStep({}, t, 1e-3, 0.999), std::vector<S>(size, g));
    for (const S w : state.weights) CHECK(std::abs(w) <= S(1e-13));
  }
}

TEST_CASE("the gradient's scale acts as if the gradient had been multiplied") {
  State<double> scaled, multiplied;
  for (std::uint64_t t = 1; t <= 5; ++t) {
    std::vector<double> gradient, quarter;
    for (std::size_t i = 0; i < size; ++i) {
      gradient.push_back(gradient_of(i, static_cast<int>(t)));
      quarter.push_back(0.25 * gradient.back());
    }
    gdm::AdamStep step({}, t, 1e-3, 0.999);
    multiplied.step({}, step, quarter);
    step.gradient_scale = 0.25;
    scaled.step({}, step, gradient);
  }
  for (std::size_t i = 0; i < size; ++i) {
    CHECK(scaled.weights[i] == multiplied.weights[i]);  // a power of two: every rounding is the same
    CHECK(scaled.second[i] == multiplied.second[i]);
  }
}

TEST_CASE("the average follows the weights closely at first and slows down to its final decay") {
  const auto weight = [](std::uint64_t step, double decay) { return gdm::AdamStep({}, step, 1, decay).ema_weight; };
  CHECK(near(weight(1, 0.999), 9.0 / 11, 0, 1e-15));  // 1 - (1 + 1) / (10 + 1)
  CHECK(near(weight(10, 0.999), 9.0 / 20, 0, 1e-15));
  CHECK(near(weight(80, 0.999), 0.1, 0, 1e-14));
  CHECK(near(weight(80, 0.9), 0.1, 0, 1e-14));
  CHECK(near(weight(81, 0.9), 0.1, 0, 1e-14));
  CHECK(near(weight(1'000'000, 0.999), 0.001, 0, 1e-12));
  CHECK(weight(5, 0) == 1);  // no averaging
  for (std::uint64_t step = 1; step < 1000; ++step) CHECK(weight(step + 1, 0.99) <= weight(step, 0.99));
}
