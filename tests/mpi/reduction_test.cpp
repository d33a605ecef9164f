// SPDX-License-Identifier: MIT
#include <gdm/mpi/reduction.hpp>

#include <doctest/doctest.h>

#include <cstring>
#include <vector>

#include <gdm/core/random.hpp>

#include "job_world.hpp"

namespace {

/// Gradients of all shards, numbers of very different size, so that every other order of adding shows.
template <class S>
struct Setup {
  std::vector<std::vector<S>> values;
  gdm::ShardGradients<S> gradients{};

  Setup(std::size_t numbers, int threads) : values(gdm::shard_count, std::vector<S>(numbers)) {
    gdm::RandomStream random(17);
    for (std::size_t k = 0; k < gdm::shard_count; ++k) {
      for (S& v : values[k]) v = S(random.normal() * std::exp(3 * random.normal()));
      gradients.values[k] = values[k];
      gradients.losses[k] = random.uniform();
    }
    gradients.pieces = {numbers, threads};
  }
};

template <class S>
void compare(std::size_t shards, std::size_t numbers, int threads) {
  const auto& world = job_world();
  const gdm::ShardTree tree{shards};
  Setup<S> alone(numbers, 1), here(numbers, threads);
  gdm::ThreadReduction::sum(tree, {}, alone.gradients, [](std::size_t) {});

  const gdm::mpi::RankReduction reduction(world);
  const gdm::ShardRange own = reduction.own(shards);
  for (std::size_t k = 0; k < gdm::shard_count; ++k) {
    if (own.first <= k && k < own.last) continue;
    for (S& v : here.values[k]) v = S(1e30);  // of no account here
    here.gradients.losses[k] = -1;
  }
  const gdm::ShardCut groups{own, std::min(static_cast<std::size_t>(threads), own.size())};
  for (std::size_t g = 0; g < groups.parts; ++g) {
    for (std::size_t p = 0; p < here.gradients.pieces.count(); ++p) {
      tree.join_within(groups.part(g), {}, [&](std::size_t a, std::size_t b) { here.gradients.add(a, b, p); });
    }
  }
  std::vector<int> finished(here.gradients.pieces.count());
  reduction.sum(tree, groups, here.gradients, [&](std::size_t p) { ++finished[p]; });
  CAPTURE(shards);
  CAPTURE(numbers);
  CAPTURE(threads);
  CHECK(std::memcmp(here.values[0].data(), alone.values[0].data(), numbers * sizeof(S)) == 0);
  for (std::size_t k = 0; k < shards; ++k) CHECK(here.gradients.losses[k] == alone.gradients.losses[k]);
  CHECK(finished == std::vector<int>(finished.size(), 1));
}

}  // namespace

TEST_CASE_TEMPLATE("the sum over processes and threads has the bits of one process's sum", S, float, double) {
  for (std::size_t shards = 1; shards <= gdm::shard_count; ++shards)
    for (const std::size_t numbers : {1U, 2048U, 2049U, 20'000U})
      for (const int threads : {1, 3}) compare<S>(shards, numbers, threads);
}

TEST_CASE("what the leader says holds for all") {
  const auto& world = job_world();
  const gdm::mpi::RankReduction reduction(world);
  int calls = 0;
  CHECK(reduction.on_leader([&] { return ++calls == 1; }));
  CHECK(calls == (world.rank() == 0 ? 1 : 0));
  CHECK(!reduction.on_leader([] { return false; }));
  CHECK_THROWS_WITH_AS(
      reduction.on_leader([]() -> bool { throw gdm::Error(gdm::Errc::file_io, "a.ckpt", "disk full", "Free some"); }),
      "gdm: a.ckpt: disk full. Free some. [GDM-R401]", gdm::Error);
  std::vector<std::byte> bytes(1000, std::byte(world.rank() == 0 ? 7 : 1));
  reduction.share(bytes);
  CHECK(bytes == std::vector<std::byte>(1000, std::byte(7)));
}
