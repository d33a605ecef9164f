// SPDX-License-Identifier: MIT
// EXPECT: [GDM-S36] `Context` must have a default constructor and `static Context context(const Condition&)`
#include <gdm/problem/problem_errors.hpp>

#include "sound.hpp"

struct Mine : Sound {
  struct Context {
    double largest = 0.0;
  };
  using Features = gdm::Vector<1>;
  static Context context(const Condition& x) { return {x.maxCoeff()}; }
#ifdef GDM_EXPECT_FAIL
  static Features features(const Condition& x) { return Features(x.maxCoeff()); }
#else
  static Features features(const Condition& x) { return features(x, context(x)); }
  static Features features(const Condition&, const Context& shared) { return Features(shared.largest); }
#endif
};

int main() { return gdm::detail::check_problem_type<Mine>() ? 0 : 1; }
