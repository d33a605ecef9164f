// SPDX-License-Identifier: MIT
#include <gdm/train/shards.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace {

/// What stands in every shard: a sum with its brackets.
using Sums = std::vector<std::string>;

Sums leaves(std::size_t n) {
  Sums sums;
  for (std::size_t k = 0; k < n; ++k) sums.push_back(std::to_string(k));
  return sums;
}
auto joining(Sums& sums) {
  return [&sums](std::size_t k, std::size_t l) { sums[k] = "(" + sums[k] + "+" + sums[l] + ")"; };
}
std::string whole(std::size_t n) {
  Sums sums = leaves(n);
  const gdm::ShardTree tree{n};
  tree.join_within(tree.all(), {}, joining(sums));
  return sums[0];
}

}  // namespace

TEST_CASE("the tree adds neighbours, then pairs, then fours") {
  CHECK(whole(1) == "0");
  CHECK(whole(2) == "(0+1)");
  CHECK(whole(3) == "((0+1)+2)");
  CHECK(whole(6) == "(((0+1)+(2+3))+(4+5))");
  CHECK(whole(8) == "(((0+1)+(2+3))+((4+5)+(6+7)))");
}

TEST_CASE("however the shards are dealt to processes and their threads, the sum has the same brackets") {
  for (std::size_t n = 1; n <= gdm::shard_count; ++n) {
    const gdm::ShardTree tree{n};
    for (std::size_t processes = 1; processes <= 10; ++processes) {
      for (std::size_t threads = 1; threads <= 4; ++threads) {
        const gdm::ShardCut cut{tree.all(), processes};
        Sums sums = leaves(n);
        for (std::size_t i = 0; i < processes; ++i) {
          const gdm::ShardCut groups{cut.part(i), std::min(threads, cut.part(i).size())};
          for (std::size_t g = 0; g < groups.parts; ++g) tree.join_within(groups.part(g), {}, joining(sums));
          tree.join_within(cut.part(i), groups, joining(sums));
        }
        tree.join_within(tree.all(), cut, joining(sums));
        CAPTURE(n);
        CAPTURE(processes);
        CAPTURE(threads);
        CHECK(sums[0] == whole(n));
      }
    }
  }
}

TEST_CASE("the roots of a range are the sums that others need of it, and no more") {
  for (std::size_t n = 1; n <= gdm::shard_count; ++n) {
    const gdm::ShardTree tree{n};
    for (std::size_t processes = 1; processes <= 10; ++processes) {
      const gdm::ShardCut cut{tree.all(), processes};
      Sums sums = leaves(n), received(n, "missing");
      for (std::size_t i = 0; i < processes; ++i) {
        tree.join_within(cut.part(i), {}, joining(sums));
        std::size_t roots = 0;
        tree.roots_within(cut.part(i), [&](std::size_t k) {
          received[k] = sums[k];
          ++roots;
        });
        CHECK(roots <= 3);  // at most: one, two and four shards, say
        CHECK((roots == 0) == (cut.part(i).size() == 0));
      }
      tree.join_within(tree.all(), cut, joining(received));
      CHECK(received[0] == whole(n));
    }
  }
}
