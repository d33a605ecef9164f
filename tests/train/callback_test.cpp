// SPDX-License-Identifier: MIT
#include <gdm/train/callback.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace {

using gdm::EpochInfo;
using gdm::Flow;

EpochInfo info(std::size_t epoch, double loss) { return {epoch, 100, loss, 1e-3, 0.5, 1000}; }

/// Answers `answer` and counts its calls.
struct Answering {
  Flow answer;
  int calls = 0;
  Flow on_epoch(const EpochInfo&) {
    ++calls;
    return answer;
  }
};

struct Misspelt {
  Flow on_epochs(const EpochInfo&) { return Flow::proceed; }
};
struct Forgetful {
  void on_epoch(const EpochInfo&) {}
};
static_assert(gdm::detail::has_on_epoch<Answering> && gdm::detail::has_on_epoch<gdm::History> &&
              gdm::detail::has_on_epoch<gdm::EarlyStop>);
static_assert(!gdm::detail::has_on_epoch<Misspelt> && !gdm::detail::has_on_epoch<Forgetful>);

/// The epoch in which `stop` ends a run with these losses; 0 if it does not.
std::size_t stopped_at(gdm::EarlyStop stop, const std::vector<double>& losses) {
  for (std::size_t k = 0; k < losses.size(); ++k)
    if (stop.on_epoch(info(k + 1, losses[k])) == Flow::stop) return k + 1;
  return 0;
}

}  // namespace

TEST_CASE("one callback that says stop is enough, and the others see the epoch all the same") {
  Answering go{Flow::proceed}, halt{Flow::stop}, after{Flow::proceed};
  CHECK(gdm::detail::notify_epoch(info(1, 1), go, halt, after) == Flow::stop);
  CHECK(go.calls == 1);
  CHECK(halt.calls == 1);
  CHECK(after.calls == 1);
  CHECK(gdm::detail::notify_epoch(info(2, 1), go, after) == Flow::proceed);
  CHECK(gdm::detail::notify_epoch(info(2, 1)) == Flow::proceed);
}

TEST_CASE("the history keeps every epoch in order") {
  gdm::History history;
  for (std::size_t e = 1; e <= 3; ++e) CHECK(history.on_epoch(info(e, 1.0 / static_cast<double>(e))) == Flow::proceed);
  REQUIRE(history.epochs.size() == 3);
  CHECK(history.epochs[2].epoch == 3);
  CHECK(history.epochs[1].loss == 0.5);
  CHECK(history.epochs[0].learning_rate == 1e-3);
}

TEST_CASE("early stop waits for its patience, and starts anew when the loss falls enough") {
  CHECK(stopped_at({.patience = 3, .improvement = 0.1}, {1, 1, 1, 1, 1}) == 4);  // no fall since epoch 1
  CHECK(stopped_at({.patience = 3, .improvement = 0.1}, {1, 1, 1, 0.8, 0.8, 0.8, 0.8}) == 7);
  CHECK(stopped_at({.patience = 3, .improvement = 0.1}, {1, 0.95, 0.92, 0.91, 0.5}) == 4);  // falls of less than 0.1
  CHECK(stopped_at({.patience = 3, .improvement = 0.1}, {1, 0.8, 0.6, 0.4, 0.3, 0.2}) == 0);
  CHECK(stopped_at({.patience = 1, .improvement = 0}, {1, 0.999, 0.999}) == 3);
}
