#include <doctest/doctest.h>

#include <gdm/model/checkpoint_file.hpp>

#include "../data/failing_file_system.hpp"
#include "../io/memory_file_system.hpp"
#include "../io/small_optimizer.hpp"

using gdm::Errc;
using gdm_test::bytes_of;
using gdm_test::same_bits;
using gdm_test::small_data;
using gdm_test::SmallOptimizer;
using gdm_test::SmallProblem;
using gdm_test::TemporaryFolder;

namespace {

using Network = SmallOptimizer::Network;
using State = gdm::TrainState<Network::Parameters>;
using Options = SmallOptimizer::TrainOptions;

Options options_for(const std::filesystem::path& checkpoint, int threads) {
  return {.epochs = 10,
          .batch_size = 200,  // four tiles and two, so that threads share a step
          .learning_rate = 0.01,
          .seed = 3,
          .threads = threads,
          .checkpoint = checkpoint,
          .checkpoint_seconds = 0};
}

struct StopAt {
  std::size_t epoch;
  gdm::Flow on_epoch(const gdm::EpochInfo& info) const {
    return info.epoch >= epoch ? gdm::Flow::stop : gdm::Flow::proceed;
  }
};

/// A state with a number of its own in every place.
std::unique_ptr<State> some_state() {
  auto state = std::make_unique<State>();
  std::memset(static_cast<void*>(&state->weights), 0, sizeof state->weights);
  state->first_moment = state->second_moment = state->average = state->weights;
  float next = 0.5F;
  const auto fill = [&](const std::string&, auto& block) {
    for (int i = 0; i < block.rows; ++i)
      for (int j = 0; j < block.cols; ++j) block(i, j) = next += 0.25F;
  };
  for (auto* part : {&state->weights, &state->first_moment, &state->second_moment, &state->average})
    Network::visit(fill, *part);
  state->step = 14;
  state->epoch = 2;
  state->loss = {1.5, 0.75};
  return state;
}

bool same_state(const State& a, const State& b) {
  return same_bits(a.weights, b.weights) && same_bits(a.first_moment, b.first_moment) &&
         same_bits(a.second_moment, b.second_moment) && same_bits(a.average, b.average) && a.step == b.step &&
         a.epoch == b.epoch && a.loss == b.loss;
}

const gdm::CheckpointFile<Network> some_checkpoint("checkpoint", "some run");

std::vector<std::byte> golden() {
  const TemporaryFolder folder;
  gdm::PosixFileSystem fs;
  gdm::CheckpointFile<Network>(folder / "c", "some run").save(*some_state(), fs);
  return bytes_of(folder / "c");
}

}  // namespace

TEST_CASE("checkpoint: training that was stopped and resumed ends in the bits of training that was not") {
  SmallOptimizer straight;
  const gdm::TrainReport whole = straight.train(small_data(), options_for("", 1));
  for (const int threads : {1, 2}) {
    for (const int threads_then : {1, 2}) {
      for (const std::size_t stop : {1U, 4U, 9U}) {
        CAPTURE(threads);
        CAPTURE(threads_then);
        CAPTURE(stop);
        const TemporaryFolder folder;
        SmallOptimizer first;
        const auto part = first.train(small_data(), options_for(folder / "c", threads), StopAt{stop});
        CHECK(part.epochs == stop);
        CHECK_FALSE(same_bits(first.weights(), straight.weights()));
        SmallOptimizer second;
        const auto rest = second.train(small_data(), options_for(folder / "c", threads_then));
        CHECK(same_bits(second.weights(), straight.weights()));
        CHECK(rest.epochs == 10);
        CHECK(rest.loss == whole.loss);
        CHECK(folder.files() == 1);
      }
    }
  }
}

TEST_CASE("checkpoint: a run that stopped between two checkpoints goes on from the earlier one to the same bits") {
  SmallOptimizer straight;
  straight.train(small_data(), options_for("", 1));
  const TemporaryFolder folder;
  Options options = options_for(folder / "c", 1);
  options.checkpoint_seconds = 1e9;
  options.checkpoint_epochs = 3;
  SmallOptimizer optimizer;
  optimizer.train(small_data(), options, StopAt{5});
  gdm::History history;
  optimizer.train(small_data(), options, history);
  CHECK(history.epochs.front().epoch == 4);
  CHECK(same_bits(optimizer.weights(), straight.weights()));
}

TEST_CASE("checkpoint: a finished run is not trained again, and a run without epochs to go is the same model") {
  const TemporaryFolder folder;
  SmallOptimizer optimizer;
  optimizer.train(small_data(), options_for(folder / "c", 1));
  SmallOptimizer again;
  gdm::History history;
  const auto report = again.train(small_data(), options_for(folder / "c", 1), history);
  CHECK(history.epochs.empty());
  CHECK(report.loss.size() == 10);
  CHECK(same_bits(again.weights(), optimizer.weights()));
}

TEST_CASE("checkpoint: one of another run is refused with a remedy, and neither file nor optimizer changes") {
  const TemporaryFolder folder;
  SmallOptimizer optimizer;
  optimizer.train(small_data(), options_for(folder / "c", 1), StopAt{2});
  const auto before = std::make_unique<Network::Parameters>(optimizer.weights());
  const auto file = bytes_of(folder / "c");
  const auto refused = [&](const gdm::Dataset<SmallProblem>& data, Options options) {
    try {
      optimizer.train(data, options);
    } catch (const gdm::Error& error) {
      const std::string what = error.what();
      CHECK(error.code() == Errc::file_mismatch);
      CHECK(what.find("the checkpoint is of another run: its ") != std::string::npos);
      CHECK(what.find(" where this run has \"") != std::string::npos);
      CHECK(what.size() < 400);
      CHECK(what.find("train again") != std::string::npos);
      CHECK(what.find((folder / "c").string()) != std::string::npos);
      return true;
    }
    return false;
  };
  const auto with = [&](auto&& change) {
    Options options = options_for(folder / "c", 1);
    change(options);
    return refused(small_data(), options) && same_bits(optimizer.weights(), *before) && bytes_of(folder / "c") == file;
  };
  CHECK(with([](Options& o) { o.seed = 4; }));
  CHECK(with([](Options& o) { o.seed = (1ULL << 60U) + 3; }));
  CHECK(with([](Options& o) { o.epochs = 9; }));
  CHECK(with([](Options& o) { o.batch_size = 201; }));
  CHECK(with([](Options& o) { o.learning_rate = 0.011; }));
  CHECK(with([](Options& o) { o.decay = gdm::Decay::constant; }));
  CHECK(with([](Options& o) { o.warm_up = 0.5; }));
  CHECK(with([](Options& o) { o.clip_norm = 2; }));
  CHECK(with([](Options& o) { o.ema_decay = 0.5; }));
  CHECK(with([](Options& o) { o.p_uncond = 0.2; }));
  CHECK(with([](Options& o) { o.adam.beta1 = 0.8; }));
  CHECK(with([](Options& o) { o.adam.beta2 = 0.99; }));
  CHECK(with([](Options& o) { o.adam.epsilon = 1e-7; }));
  auto other = small_data();
  other.solutions(17, 1) += 1e-3;
  other.solutions(17, 2) -= 1e-3;
  CHECK(refused(other, options_for(folder / "c", 1)));
}

TEST_CASE("checkpoint: a run may be given more epochs, and goes on") {
  const TemporaryFolder folder;
  SmallOptimizer optimizer;
  optimizer.train(small_data(), options_for(folder / "c", 1));
  Options longer = options_for(folder / "c", 1);
  longer.epochs = 12;
  gdm::History history;
  const auto report = optimizer.train(small_data(), longer, history);
  CHECK(report.epochs == 12);
  REQUIRE(history.epochs.size() == 2);
  CHECK(history.epochs.front().epoch == 11);
  // The file is one of the longer run now.
  Options other = longer;
  other.batch_size = 100;
  CHECK_THROWS_WITH_AS(optimizer.train(small_data(), other),
                       doctest::Contains("its batch_size is \"200\" where this run has \"100\""), gdm::Error);
}

TEST_CASE("checkpoint: when a stop is asked for, the run is saved and ends after the epoch") {
  const TemporaryFolder folder;
  SmallOptimizer straight, optimizer;
  straight.train(small_data(), options_for("", 1));
  std::atomic<bool> stop{false};
  struct AskAt3 {
    std::atomic<bool>& flag;
    gdm::Flow on_epoch(const gdm::EpochInfo& info) const {
      flag = info.epoch >= 2;  // as a signal would, somewhere in the third epoch
      return gdm::Flow::proceed;
    }
  };
  Options options = options_for(folder / "c", 1);
  options.checkpoint_seconds = 1e9;
  options.stop = &stop;
  CHECK(optimizer.train(small_data(), options, AskAt3{stop}).epochs == 3);
  CHECK(std::filesystem::exists(folder / "c"));
  options.stop = nullptr;
  gdm::History history;
  optimizer.train(small_data(), options, history);
  CHECK(history.epochs.front().epoch == 4);
  CHECK(same_bits(optimizer.weights(), straight.weights()));
}

TEST_CASE("checkpoint: options that differ in the last digit are another run") {
  const TemporaryFolder folder;
  SmallOptimizer optimizer;
  Options options = options_for(folder / "c", 1);
  optimizer.train(small_data(), options, StopAt{2});
  options.learning_rate = std::nextafter(options.learning_rate, 1.0);
  CHECK_THROWS_AS(optimizer.train(small_data(), options), gdm::Error);
}

TEST_CASE("checkpoint: a path that cannot be read or written is an error of ours, before any epoch where possible") {
  const TemporaryFolder folder;
  for (const auto& path : {folder / std::string(300, 'x'), folder.path(), folder / "nowhere/c"}) {
    SmallOptimizer optimizer;
    gdm::History history;
    CHECK_THROWS_AS(optimizer.train(small_data(), options_for(path, 1), history), gdm::Error);
    CHECK(history.epochs.empty());
    CHECK_FALSE(optimizer.trained());
  }
}

TEST_CASE("checkpoint: what is saved is resumed bit for bit") {
  const TemporaryFolder folder;
  const gdm::CheckpointFile<Network> checkpoint(folder / "c", "some run");
  const auto state = some_state();
  gdm::PosixFileSystem fs;
  checkpoint.save(*state, fs);
  auto resumed = std::make_unique<State>();
  checkpoint.resume(*resumed);
  CHECK(same_state(*resumed, *state));
}

TEST_CASE(
    "checkpoint: truncated at any byte or with any bit flipped it is refused or the same, and the state unchanged") {
  const std::vector<std::byte> original = golden();
  const auto expected = some_state();
  const auto untouched = some_state();
  untouched->step = 99;
  auto state = std::make_unique<State>(*untouched);
  std::size_t resumed = 0;
  const auto attempt = [&](std::span<const std::byte> bytes) {
    gdm_test::MemoryFileSystem fs(bytes);
    try {
      some_checkpoint.resume(*state, fs);
      ++resumed;
      const bool same = same_state(*state, *expected);
      *state = *untouched;
      return same;
    } catch (const gdm::Error& error) {
      return (error.code() == Errc::file_format || error.code() == Errc::file_mismatch) && state->step == 99;
    }
  };
  REQUIRE(attempt(original));
  REQUIRE(resumed == 1);
  for (std::size_t size = 0; size < original.size(); ++size)
    if (!attempt(std::span(original).first(size))) FAIL_CHECK("truncation at " << size);
  CHECK(resumed == 1);
  std::vector<std::byte> bytes = original;
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    const auto mask = static_cast<std::byte>(1U << bit % 8);
    bytes[bit / 8] ^= mask;
    if (!attempt(bytes)) FAIL_CHECK("flip of bit " << bit);
    bytes[bit / 8] ^= mask;
  }
  CHECK(same_state(*state, *untouched));
  CHECK(resumed < 100);
}

TEST_CASE("checkpoint: a tensor that is not expected is refused by name") {
  const std::vector<std::byte> original = golden();
  const gdm::TensorFile file = gdm::TensorFile::parse(original);
  gdm::TensorFileWriter writer;
  for (const auto& [key, value] : file.metadata())
    if (!key.starts_with(gdm::checksum_prefix)) writer.set_metadata(key, value);
  const auto copy = [&]<class T>(const gdm::TensorEntry& entry, T) {
    std::vector<T> numbers(file.view(entry).bytes.size() / sizeof(T));
    file.copy<T>(entry.name, entry.shape, std::span<T>(numbers));
    writer.add<T>(entry.name, entry.shape, numbers);
  };
  for (const gdm::TensorEntry& entry : file.tensors()) {
    if (entry.dtype == gdm::Dtype::f32) copy(entry, 0.0F);
    if (entry.dtype == gdm::Dtype::f64) copy(entry, 0.0);
    if (entry.dtype == gdm::Dtype::u64) copy(entry, std::uint64_t{});
  }
  auto state = some_state();
  const auto resume = [&](const std::vector<std::byte>& bytes) {
    gdm_test::MemoryFileSystem fs(bytes);
    some_checkpoint.resume(*state, fs);
  };
  CHECK_NOTHROW(resume(writer.bytes()));
  writer.add<double>("weights.extra", gdm::TensorShape(), std::vector<double>{1});
  try {
    resume(writer.bytes());
    FAIL_CHECK("a tensor too many was accepted");
  } catch (const gdm::Error& error) {
    CHECK(error.code() == Errc::file_mismatch);
    CHECK(std::string(error.what()).find("\"weights.extra\"") != std::string::npos);
  }
}

TEST_CASE("checkpoint: losses that do not fit the number of epochs are refused") {
  const TemporaryFolder folder;
  const gdm::CheckpointFile<Network> checkpoint(folder / "c", "some run");
  const auto state = some_state();
  state->epoch = 3;
  gdm::PosixFileSystem fs;
  checkpoint.save(*state, fs);
  auto resumed = some_state();
  try {
    checkpoint.resume(*resumed);
    FAIL_CHECK("two losses passed for three epochs");
  } catch (const gdm::Error& error) {
    CHECK(error.code() == Errc::file_format);
    CHECK(std::string(error.what()).find("2 losses for 3 epochs") != std::string::npos);
  }
  CHECK(same_state(*resumed, *some_state()));
}

TEST_CASE("checkpoint: whichever call fails on save, the old or the new one is whole and there is no litter") {
  const TemporaryFolder folder;
  const auto path = folder / "c";
  const gdm::CheckpointFile<Network> checkpoint(path, "some run");
  gdm::PosixFileSystem posix;
  const auto state = some_state();
  checkpoint.save(*state, posix);
  const std::string before = gdm_test::contents(path);
  state->step = 21;
  checkpoint.save(*state, posix);
  const std::string after = gdm_test::contents(path);
  REQUIRE(before != after);
  int failures = 0;
  for (int k = 1;; ++k) {
    gdm_test::put(path, before);
    gdm_test::FailingFileSystem fs;
    fs.fail_at = {k};
    fs.write_at_most = 3000;
    bool threw = false;
    try {
      checkpoint.save(*state, fs);
    } catch (const gdm::Error&) {
      threw = true;
    }
    CAPTURE(k);
    const std::string now = gdm_test::contents(path);
    CHECK(threw == (fs.failed == 1));
    CHECK((now == before || now == after));
    CHECK(folder.files() == 1);
    CHECK(fs.open_handles == 0);
    if (!threw) break;
    ++failures;
  }
  CHECK(failures >= 8);
}
