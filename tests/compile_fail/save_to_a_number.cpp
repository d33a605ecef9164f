// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S94] a file system needs the members that gdm/data/file_system.hpp lists
#include <gdm/optimizer.hpp>

#include "sound.hpp"

int main() {
#ifdef GDM_EXPECT_FAIL
  int fs = 0;
#else
  gdm::PosixFileSystem fs;
#endif
  gdm::GdmOptimizer<Sound, gdm::Mlp<8>>().save(fs, "mine.safetensors");
}
