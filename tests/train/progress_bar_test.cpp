// SPDX-License-Identifier: MIT
#include <gdm/train/progress_bar.hpp>

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#if defined(__unix__)
#include <fcntl.h>
#include <unistd.h>
#endif

namespace {

gdm::EpochInfo info(std::size_t epoch, double seconds) { return {epoch, 4, 0.125, 1e-3, seconds, 5000}; }

}  // namespace

static_assert(gdm::detail::has_on_epoch<gdm::ProgressBar>);

#if defined(__unix__)

namespace {

/// Runs `work` with standard error going to `descriptor`.
template <class F>
void with_stderr_to(int descriptor, const F& work) {
  std::fflush(stderr);
  const int saved = dup(2);
  REQUIRE(saved >= 0);
  dup2(descriptor, 2);
  work();
  std::fflush(stderr);
  dup2(saved, 2);
  close(saved);
}

std::string read_all(int descriptor) {
  std::string text;
  char buffer[4096];
  for (ssize_t n = 0; (n = read(descriptor, buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(n));
  return text;
}

}  // namespace

TEST_CASE("a progress bar is silent when standard error is not a terminal") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  with_stderr_to(ends[1], [] {
    gdm::ProgressBar bar;
    for (std::size_t e = 1; e <= 4; ++e) CHECK(bar.on_epoch(info(e, static_cast<double>(e))) == gdm::Flow::proceed);
  });
  close(ends[1]);
  CHECK(read_all(ends[0]) == "");
  close(ends[0]);
}

TEST_CASE("on a terminal it shows epoch, loss, rate and time left, not too often, and ends its line") {
  const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
  if (terminal < 0 || grantpt(terminal) != 0 || unlockpt(terminal) != 0) {
    MESSAGE("no pseudo-terminal here: nothing to look at");
    return;
  }
  const int other_end = open(ptsname(terminal), O_RDWR | O_NOCTTY);
  REQUIRE(other_end >= 0);
  with_stderr_to(other_end, [] {
    gdm::ProgressBar bar;
    bar.on_epoch(info(1, 1.0));
    bar.on_epoch(info(2, 1.05));  // too soon to be shown
    bar.on_epoch(info(3, 3.0));
    bar.on_epoch(info(4, 3.01));  // too soon, but the last one
  });
  close(other_end);
  const std::string text = read_all(terminal);
  close(terminal);
  CAPTURE(text);
  CHECK(text.find("epoch 1/4  loss 0.12500  5000 rows/s  3 s left") != std::string::npos);
  CHECK(text.find("epoch 2/4") == std::string::npos);
  CHECK(text.find("[######################........] epoch 3/4") != std::string::npos);
  CHECK(text.find("[##############################] epoch 4/4") != std::string::npos);
  CHECK(text.back() == '\n');
}

#endif
