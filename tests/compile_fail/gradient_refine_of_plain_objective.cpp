// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S49] GradientRefine needs an objective that is a template of the number type
#include <gdm/model/codec.hpp>
#include <gdm/problem/gradient_refine.hpp>

#include "sound.hpp"

struct Mine : Sound {
#ifndef GDM_EXPECT_FAIL
  template <class T>
  static T objective(const Condition& x, const Eigen::Matrix<T, 2, 1>& y) {
    return x[0] * y[0] + y[1];
  }
#endif
};

int main() {
  using Codec = gdm::Codec<Mine, false>;
  return gdm::GradientRefine::gradient<Codec>(Codec::Instance{}, Mine::Solution::Zero())[0] > 0 ? 0 : 1;
}
