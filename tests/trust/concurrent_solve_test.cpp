#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

#include <gdm/optimizer.hpp>
#include <gdm/problems/sum_rate/defaults.hpp>

#include "../data/temporary_folder.hpp"

namespace {

using Problem = gdm::SumRate<3, 10'000>;
using Optimizer = gdm::GdmOptimizer<Problem, gdm::CosineSchedule<8>, gdm::Mlp<16, 16>>;

/// Runs `work(thread)` in eight threads that start together.
template <class Work>
void in_threads(const Work& work) {
  std::atomic<int> waiting{8};
  std::vector<std::thread> threads;
  for (int k = 0; k < 8; ++k) {
    threads.emplace_back([&, k] {
      --waiting;
      while (waiting > 0) std::this_thread::yield();
      work(k);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

TEST_CASE("concurrency: eight threads that solve on one optimizer get the bits of one thread alone") {
  const auto data = gdm::generate<Problem>(200, 1, 1);
  Optimizer trained;
  trained.train(data, {.epochs = 2, .batch_size = 64, .p_uncond = 0.1, .threads = 1});
  const Optimizer& optimizer = trained;
  std::vector<Problem::Solution> expected;
  for (std::size_t i = 0; i < data.size(); ++i) {
    expected.push_back(
        optimizer.solve(data.condition(i), {.samples = 1 + i % 3, .omega = i % 2 == 0 ? 0.0 : 1.5, .seed = i}));
  }
  const auto expected_batch = optimizer.solve_batch(data.conditions, {.threads = 1});
  const auto expected_path = optimizer.trajectory(data.condition(7));
  const gdm_test::TemporaryFolder folder;
  optimizer.save(folder / "expected");
  std::atomic<int> different{0};
  in_threads([&](int k) {
    const Optimizer copy = optimizer;  // shares the model, and may go away before the others
    for (std::size_t step = 0; step < data.size(); ++step) {
      const std::size_t i = (step + 25 * static_cast<std::size_t>(k)) % data.size();
      const Optimizer& any = step % 2 == 0 ? optimizer : copy;
      const auto y = any.solve(data.condition(i), {.samples = 1 + i % 3, .omega = i % 2 == 0 ? 0.0 : 1.5, .seed = i});
      different += y == expected[i] ? 0 : 1;
    }
    different += optimizer.solve_batch(data.conditions, {.threads = 1}) == expected_batch ? 0 : 1;
    different += optimizer.trajectory(data.condition(7)).solutions == expected_path.solutions ? 0 : 1;
    const auto path = folder / ("model" + std::to_string(k));
    optimizer.save(path);
    different += gdm_test::contents(path) == gdm_test::contents(folder / "expected") ? 0 : 1;
    different += Optimizer::load(path).solve(data.condition(2), {.samples = 3, .seed = 2}) == expected[2] ? 0 : 1;
  });
  CHECK(different == 0);
}

TEST_CASE("concurrency: optimizers that are trained in several threads at once get the bits of one alone") {
  const auto data = gdm::generate<Problem>(200, 1, 1);
  const auto train = [&](std::uint64_t seed) {
    Optimizer optimizer;
    optimizer.train(data, {.epochs = 2, .batch_size = 64, .seed = seed, .threads = 1});
    return optimizer.solve(data.condition(0));
  };
  std::vector<Problem::Solution> expected;
  for (std::uint64_t seed = 0; seed < 8; ++seed) expected.push_back(train(seed));
  std::atomic<int> different{0};
  in_threads([&](int k) {
    different += train(static_cast<std::uint64_t>(k)) == expected[static_cast<std::size_t>(k)] ? 0 : 1;
  });
  CHECK(different == 0);
}

TEST_CASE(
    "concurrency: threads that solve while another one trains get the model of before or of after, and no other") {
  const auto data = gdm::generate<Problem>(200, 1, 1);
  const auto train = [&](Optimizer& optimizer, std::uint64_t seed) {
    optimizer.train(data, {.epochs = 1, .batch_size = 64, .seed = seed, .threads = 1});
  };
  Optimizer optimizer;
  std::vector<Problem::Solution> answers;  // of the models, in the order in which they come
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    train(optimizer, seed);
    answers.push_back(optimizer.solve(data.condition(3), {.samples = 3}));
  }
  train(optimizer, 0);
  std::atomic<int> wrong{0}, changed{0};
  in_threads([&](int k) {
    if (k == 0) {
      for (std::uint64_t seed = 1; seed < 6; ++seed) train(optimizer, seed);
      return;
    }
    std::size_t at = 0;
    for (int i = 0; i < 2000 && at + 1 < answers.size(); ++i) {
      const auto y = optimizer.solve(data.condition(3), {.samples = 3});
      const std::size_t before = at;
      while (at < answers.size() && !(y == answers[at])) ++at;  // never back to an earlier one
      if (at == answers.size()) {
        ++wrong;
        return;
      }
      changed += at != before ? 1 : 0;
      const Optimizer copy = optimizer;
      wrong += copy.trained() ? 0 : 1;
    }
  });
  CHECK(wrong == 0);
  CHECK(optimizer.solve(data.condition(3), {.samples = 3}) == answers.back());
  MESSAGE("models that threads saw come: " << changed.load());
}
