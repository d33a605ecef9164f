// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S71] A training callback needs `gdm::Flow on_epoch(const gdm::EpochInfo&)`
#include <gdm/train/callback.hpp>

struct Mine {
#ifdef GDM_EXPECT_FAIL
  gdm::Flow on_epochs(const gdm::EpochInfo&) { return gdm::Flow::stop; }
#else
  gdm::Flow on_epoch(const gdm::EpochInfo&) { return gdm::Flow::stop; }
#endif
};

int main() {
  Mine mine;
  return gdm::detail::notify_epoch({}, mine) == gdm::Flow::stop ? 0 : 1;
}
