// SPDX-License-Identifier: MIT
/// @file
/// @brief Branch and bound over boxes of the plane: the largest value of a function, with a proof.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

#include <gdm/core/config.hpp>

GDM_NAMESPACE_BEGIN

/// The rectangle [x - hx, x + hx] x [y - hy, y + hy], and what no point of it exceeds.
struct SearchBox {
  double x, y, hx, hy;
  double bound = std::numeric_limits<double>::infinity();
  bool operator<(const SearchBox& other) const { return bound < other.bound; }
};

/// The best point found, its value, and what no point exceeds. Without a feasible point the value is -infinity.
struct SearchResult {
  double x = 0.0, y = 0.0;
  double value = -std::numeric_limits<double>::infinity();
  double bound = std::numeric_limits<double>::infinity();
  int boxes = 0;  ///< how many boxes were bounded

  /// Whether no point exceeds the value by more than `tolerance`, relative. False when the search ran out of boxes.
  [[nodiscard]] bool proved(double tolerance) const { return bound <= value * (1.0 + tolerance); }
};

/// Maximises a function with values above zero, the box with the largest bound first. No heap memory.
/// @tparam Function  with `double value(x, y)`, -infinity where (x, y) is not feasible; and
///   `void bound(SearchBox&, const SearchResult& best, consider)`, which lowers the box's bound and may call
///   `consider(x, y)` with points that may have a large value. It may stop early once the bound is not above the best value.
template <class Function>
class BoxSearch {
 public:
  explicit BoxSearch(const Function& function) : function_(function) {}

  /// Stops when the bound is within `tolerance` (relative) of the best value, or after `most` boxes, without proof then:
  /// see SearchResult::proved.
  [[nodiscard]] SearchResult run(const SearchBox& start, double tolerance, int most) {
    best_ = SearchResult{};
    start_ = start;
    tolerance_ = tolerance;
    most_ = most;
    count_ = 0;
    pruned_bound_ = -std::numeric_limits<double>::infinity();
    push(start);
    while (count_ > 0 && open_[0].bound > best_.value * (1.0 + tolerance) && best_.boxes < most) {
      std::pop_heap(open_.begin(), open_.begin() + count_);
      split(open_[static_cast<std::size_t>(--count_)]);
    }
    const double open = count_ > 0 ? std::max(open_[0].bound, pruned_bound_) : pruned_bound_;
    polish();
    best_.bound = std::max(best_.value, open);
    return best_;
  }

 private:
  void consider(double x, double y) {
    x = std::clamp(x, start_.x - start_.hx, start_.x + start_.hx);
    y = std::clamp(y, start_.y - start_.hy, start_.y + start_.hy);
    if (const double found = function_.value(x, y); found > best_.value) {
      best_.x = x;
      best_.y = y;
      best_.value = found;
    }
  }

  void bound(SearchBox& box) {
    consider(box.x, box.y);
    function_.bound(box, best_, [this](double x, double y) { consider(x, y); });
  }

  /// Bounds a box and keeps it if it may hold something better. A full heap is relieved by searching the box at once,
  /// depth first; when that would take too many boxes, the bound remains in the result.
  void push(SearchBox box) {
    ++best_.boxes;
    bound(box);
    if (box.bound <= best_.value * (1.0 + tolerance_)) {  // NOLINT(bugprone-branch-clone): pruned, or no room for it
      pruned_bound_ = std::max(pruned_bound_, box.bound);
    } else if (count_ < static_cast<int>(open_.size())) {
      open_[static_cast<std::size_t>(count_++)] = box;
      std::push_heap(open_.begin(), open_.begin() + count_);
    } else if (best_.boxes < most_) {
      split(box);
    } else {
      pruned_bound_ = std::max(pruned_bound_, box.bound);
    }
  }

  /// Cuts a box across its longer side.
  void split(const SearchBox box) {
    const bool wide = box.hx >= box.hy;
    const double hx = wide ? 0.5 * box.hx : box.hx;
    const double hy = wide ? box.hy : 0.5 * box.hy;
    const double sx = wide ? hx : 0.0;
    const double sy = wide ? 0.0 : hy;
    push({box.x - sx, box.y - sy, hx, hy, box.bound});
    push({box.x + sx, box.y + sy, hx, hy, box.bound});
  }

  /// The search ends within the tolerance; the points that small boxes around the best position propose go on from there
  /// to the last digits.
  void polish() {
    for (double half = 1.0; half > 1e-6; half *= 0.1) {
      SearchBox box{best_.x, best_.y, half, half};
      bound(box);
    }
  }

  const Function& function_;
  SearchBox start_{};
  SearchResult best_;
  std::array<SearchBox, 1024> open_;  // a heap, the largest bound first; random instances use some tens
  int count_ = 0;
  int most_ = 0;
  double tolerance_ = 0.0;
  double pruned_bound_ = 0.0;  // the largest bound of a box that was dropped
};

GDM_NAMESPACE_END
