// SPDX-License-Identifier: MIT
#include <gdm/train/options.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <string>

namespace {

struct Settings {
  static constexpr gdm::TrainDefaults value{.epochs = 7, .batch_size = 9, .learning_rate = 0.25, .p_uncond = 0.3};
};
using Options = gdm::BasicTrainOptions<Settings>;

/// What validation says of options with one of them changed; empty if it accepts them.
template <class Change>
std::string complaint(const Change& change) {
  Options options;
  change(options);
  try {
    options.validate();
  } catch (const gdm::Error& error) {
    CHECK(error.code() == gdm::Errc::invalid_argument);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("options start at the defaults they were given and are sound") {
  const Options options{.seed = 3};
  CHECK(options.epochs == 7);
  CHECK(options.batch_size == 9);
  CHECK(options.learning_rate == 0.25);
  CHECK(options.p_uncond == 0.3);
  CHECK(options.seed == 3);
  CHECK(options.adam.beta1 == 0.9);
  options.validate();
  gdm::BasicTrainOptions<Settings>{}.validate();
}

TEST_CASE("an option out of its range is refused by name, with its value and a remedy") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  const auto names = [](const std::string& text, const std::string& option, const std::string& value) {
    CAPTURE(text);
    CHECK(text.find("train option " + option + ": it is " + value + ". Give ") != std::string::npos);
    CHECK(text.find("[GDM-R201]") != std::string::npos);
  };
  names(complaint([](Options& o) { o.epochs = 0; }), "epochs", "0");
  names(complaint([](Options& o) { o.batch_size = 0; }), "batch_size", "0");
  names(complaint([](Options& o) { o.threads = -1; }), "threads", "-1");
  for (const double bad : {0.0, -1.0, nan, infinity}) {
    CAPTURE(bad);
    CHECK(complaint([&](Options& o) { o.learning_rate = bad; }) != "");
    if (bad != infinity) CHECK(complaint([&](Options& o) { o.clip_norm = bad; }) != "");
    CHECK((complaint([&](Options& o) { o.adam.epsilon = bad; }) != "") == (bad != infinity));
  }
  for (const double bad : {-0.1, 1.0, 2.0, nan}) {
    CAPTURE(bad);
    CHECK(complaint([&](Options& o) { o.ema_decay = bad; }) != "");
    CHECK(complaint([&](Options& o) { o.p_uncond = bad; }) != "");
    CHECK(complaint([&](Options& o) { o.adam.beta1 = bad; }) != "");
    CHECK(complaint([&](Options& o) { o.adam.beta2 = bad; }) != "");
  }
  for (const double bad : {-0.1, 1.1, nan}) CHECK(complaint([&](Options& o) { o.warm_up = bad; }) != "");
  for (const double bad : {-1.0, nan}) CHECK(complaint([&](Options& o) { o.checkpoint_seconds = bad; }) != "");
  names(complaint([](Options& o) { o.learning_rate = -2; }), "learning_rate", "-2");
  names(complaint([&](Options& o) { o.p_uncond = nan; }), "p_uncond", "nan");
}

TEST_CASE("the edges of every range are accepted") {
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(complaint([](Options& o) { o.epochs = o.batch_size = 1; }) == "");
  CHECK(complaint([&](Options& o) { o.clip_norm = infinity; }) == "");
  CHECK(complaint([](Options& o) { o.warm_up = 0; }) == "");
  CHECK(complaint([](Options& o) { o.warm_up = 1; }) == "");
  CHECK(complaint([](Options& o) { o.ema_decay = o.p_uncond = o.adam.beta1 = o.adam.beta2 = 0; }) == "");
  CHECK(complaint([](Options& o) { o.checkpoint_seconds = 0; }) == "");
}

TEST_CASE("the text of options tells apart all that decides the result, and nothing else") {
  const auto text = [](const auto& change) {
    Options options;
    change(options);
    return options.text();
  };
  const std::string plain = Options{}.text();
  CHECK(text([](Options&) {}) == plain);
  CHECK(text([](Options& o) { o.threads = 2; }) == plain);
  CHECK(text([](Options& o) { o.checkpoint = "elsewhere"; }) == plain);
  CHECK(text([](Options& o) { o.checkpoint_seconds = 1; }) == plain);
  CHECK(text([](Options& o) { o.epochs = 8; }) != plain);
  CHECK(text([](Options& o) { o.batch_size = 8; }) != plain);
  CHECK(text([](Options& o) { o.learning_rate = std::nextafter(0.25, 1.0); }) != plain);
  CHECK(text([](Options& o) { o.decay = gdm::Decay::constant; }) != plain);
  CHECK(text([](Options& o) { o.warm_up = 0.3; }) != plain);
  CHECK(text([](Options& o) { o.clip_norm = 0.3; }) != plain);
  CHECK(text([](Options& o) { o.ema_decay = 0.3; }) != plain);
  CHECK(text([](Options& o) { o.p_uncond = 0.31; }) != plain);
  CHECK(text([](Options& o) { o.adam.beta1 = 0.3; }) != plain);
  CHECK(text([](Options& o) { o.adam.beta2 = 0.3; }) != plain);
  CHECK(text([](Options& o) { o.adam.epsilon = 0.3; }) != plain);
  CHECK(text([](Options& o) { o.seed = 0xFFFFFFFFFFFFFFFFU; }) !=
        text([](Options& o) { o.seed = 0xFFFFFFFFFFFFFFFEU; }));
}
