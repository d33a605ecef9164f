// SPDX-License-Identifier: MIT
/// @file
/// @brief How many samples are drawn at a time when the time is limited.
#pragma once

#include <algorithm>
#include <chrono>

#include <gdm/core/config.hpp>

GDM_NAMESPACE_BEGIN
namespace detail {

/// The time that a search may take, measured from its beginning. Decides how many columns the next pass has.
/// @tparam Clock  std::chrono::steady_clock, or one that a test sets
template <class Clock>
class Pace {
 public:
  explicit Pace(std::chrono::nanoseconds deadline) : deadline_(deadline), begin_(now_if_asked()), last_(begin_) {}

  [[nodiscard]] bool limited() const noexcept { return deadline_.count() > 0; }
  /// Columns, up to `most`, that are expected to be done in time; 0 once the deadline is over. The first pass is one
  /// column. A column alone takes longer than one among others, so a pass is expected to take that of the first and, for
  /// each further column, the mean of the last pass: at the end there is one column or none.
  [[nodiscard]] int columns(int most) noexcept {
    if (!limited()) return most;
    if (alone_.count() == 0) return 1;
    const auto left = deadline_ - (last_ - begin_);
    if (left.count() <= 0) return 0;
    return static_cast<int>(std::clamp<long long>(1 + (left - alone_) / further_, 1, most));
  }
  void passed(int columns) noexcept {
    if (!limited()) return;
    const auto now = Clock::now();
    further_ = std::max(std::chrono::nanoseconds(1), (now - last_) / columns);
    if (alone_.count() == 0) alone_ = further_;
    last_ = now;
  }

 private:
  [[nodiscard]] typename Clock::time_point now_if_asked() const {
    return limited() ? Clock::now() : typename Clock::time_point{};
  }

  std::chrono::nanoseconds deadline_, alone_{0}, further_{0};  ///< a column of the first pass, and of the last
  typename Clock::time_point begin_, last_;
};

}  // namespace detail
GDM_NAMESPACE_END
