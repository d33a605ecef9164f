// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S71] A training callback needs `gdm::Flow on_epoch(const gdm::EpochInfo&)`
#include <gdm/train/callback.hpp>

struct Mine {
#ifdef GDM_EXPECT_FAIL
  void on_epoch(const gdm::EpochInfo&) {}
#else
  gdm::Flow on_epoch(const gdm::EpochInfo&) { return gdm::Flow::proceed; }
#endif
};

int main() {
  Mine mine;
  return gdm::detail::notify_epoch({}, mine) == gdm::Flow::stop ? 0 : 1;
}
