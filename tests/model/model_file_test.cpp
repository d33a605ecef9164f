#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include <nlohmann/json.hpp>

#include <gdm/model/model_file.hpp>

#include "../data/failing_file_system.hpp"
#include "../io/memory_file_system.hpp"
#include "../io/small_optimizer.hpp"

using gdm::Errc;
using gdm_test::bytes_of;
using gdm_test::MemoryFileSystem;
using gdm_test::same_bits;
using gdm_test::small_optimizer;
using gdm_test::SmallOptimizer;
using gdm_test::SmallProblem;
using gdm_test::TemporaryFolder;

namespace {

using Network = SmallOptimizer::Network;
using SmallCodec = gdm::Codec<SmallProblem, Network::tied>;

struct Loaded {
  SmallCodec codec;
  Network::Parameters weights;
  bool knows_null = true;
};

const gdm::ModelIdentity identity{"sum_rate", gdm::CosineSchedule<4>::name(), "mlp-4", "velocity"};

Loaded load(std::span<const std::byte> bytes, const gdm::ModelIdentity& expected = identity) {
  MemoryFileSystem fs(bytes);
  Loaded loaded;
  gdm::load_model<SmallProblem, Network>(fs, "golden.safetensors", expected, loaded.codec, loaded.weights,
                                         loaded.knows_null);
  return loaded;
}

bool same_model(const Loaded& a, const Loaded& b) {
  const auto same = [](const auto& s, const auto& t) {
    return same_bits(s.mean, t.mean) && same_bits(s.deviation, t.deviation) && same_bits(s.lowest, t.lowest) &&
           same_bits(s.highest, t.highest);
  };
  return a.knows_null == b.knows_null && same_bits(a.weights, b.weights) && same(a.codec.features, b.codec.features) &&
         same(a.codec.latents, b.codec.latents);
}

/// The bytes of a small trained model.
const std::vector<std::byte>& golden() {
  static const std::vector<std::byte> bytes = [] {
    const TemporaryFolder folder;
    small_optimizer().save(folder / "golden.safetensors");
    return bytes_of(folder / "golden.safetensors");
  }();
  return bytes;
}

const gdm::TensorFile& golden_file() {
  static const gdm::TensorFile file = gdm::TensorFile::parse(golden());
  return file;
}

/// What loading `bytes` is refused with: the code's number and the message; 0 if it loads.
std::pair<int, std::string> refusal(std::span<const std::byte> bytes, const gdm::ModelIdentity& expected = identity) {
  try {
    (void)load(bytes, expected);
  } catch (const gdm::Error& error) {
    return {static_cast<int>(error.code()), error.what()};
  }
  return {0, ""};
}

/// The golden model with one tensor changed by `change(numbers)` or left out, and checksums that are right again.
template <class Change>
std::vector<std::byte> changed(const std::string& name, const Change& change, bool leave_out = false,
                               bool add_another = false) {
  const gdm::TensorFile& file = golden_file();
  gdm::TensorFileWriter writer;
  for (const auto& [key, value] : file.metadata())
    if (!key.starts_with(gdm::checksum_prefix)) writer.set_metadata(key, value);
  for (const gdm::TensorEntry& entry : file.tensors()) {
    const auto copy = [&]<class T>(T) {
      std::vector<T> numbers(file.view(entry).bytes.size() / sizeof(T));
      file.copy<T>(entry.name, entry.shape, std::span<T>(numbers));
      if (entry.name == name) change(numbers);
      writer.add<T>(entry.name, entry.shape, numbers);
    };
    if (leave_out && entry.name == name) continue;
    if (entry.dtype == gdm::Dtype::f32) copy(0.0F);
    if (entry.dtype == gdm::Dtype::f64) copy(0.0);
  }
  if (add_another) writer.add<float>("weights.extra", gdm::TensorShape(), std::vector<float>{1});
  return writer.bytes();
}

bool says(const std::pair<int, std::string>& found, Errc code, std::initializer_list<const char*> parts) {
  CAPTURE(found.second);
  bool all = found.first == static_cast<int>(code);
  for (const char* const part : parts) all = all && found.second.find(part) != std::string::npos;
  CHECK(all);
  return all;
}

}  // namespace

TEST_CASE("model file: truncated at any byte it is refused") {
  for (std::size_t size = 0; size < golden().size(); ++size) {
    const int code = refusal(std::span(golden()).first(size)).first;
    if (code != static_cast<int>(Errc::file_format)) {
      CAPTURE(size);
      FAIL_CHECK("truncation answered with " << code);
    }
  }
  std::vector<std::byte> longer = golden();
  longer.push_back(std::byte{0});
  CHECK(refusal(longer).first == static_cast<int>(Errc::file_format));
}

TEST_CASE("model file: with any single bit flipped it is refused or loads to the same bits") {
  const Loaded original = load(golden());
  std::vector<std::byte> bytes = golden();
  std::size_t refused = 0;
  std::size_t unchanged = 0;
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    const auto mask = static_cast<std::byte>(1U << bit % 8);
    bytes[bit / 8] ^= mask;
    try {
      const Loaded loaded = load(bytes);
      if (!same_model(loaded, original)) {
        CAPTURE(bit);
        FAIL_CHECK("a flipped bit changed the model");
      }
      ++unchanged;
    } catch (const gdm::Error& error) {
      const bool typed = error.code() == Errc::file_format || error.code() == Errc::file_mismatch;
      if (!typed) FAIL_CHECK("a flipped bit " << bit << " answered with " << error.what());
      ++refused;
    }
    bytes[bit / 8] ^= mask;
  }
  CHECK(refused + unchanged == 8 * bytes.size());
  CHECK(refused > 8 * bytes.size() * 9 / 10);
  MESSAGE(golden().size() << " bytes: " << refused << " flips refused, " << unchanged << " without effect");
}

TEST_CASE("model file: a failed load leaves the optimizer as it was") {
  const TemporaryFolder folder;
  SmallOptimizer optimizer = small_optimizer(1);
  small_optimizer(2).save(folder / "other");
  std::string bytes = gdm_test::contents(folder / "other");
  bytes[bytes.size() - 1] ^= 1;
  gdm_test::put(folder / "damaged", bytes);
  const auto before = std::make_unique<Network::Parameters>(optimizer.weights());
  const SmallProblem::Condition x{1.0, 2.0, 0.7, 10.0};
  const SmallProblem::Solution answer = optimizer.solve(x);
  for (const auto& path : {folder / "damaged", folder / "missing", folder.path()}) {
    CAPTURE(path);
    CHECK_THROWS_AS(optimizer = SmallOptimizer::load(path), gdm::Error);
    CHECK(same_bits(optimizer.weights(), *before));
    CHECK(optimizer.solve(x) == answer);
  }
  optimizer = SmallOptimizer::load(folder / "other");
  CHECK_FALSE(same_bits(optimizer.weights(), *before));
}

TEST_CASE("model file: what is saved is loaded bit for bit, and the answers are the same bits") {
  const TemporaryFolder folder;
  const SmallOptimizer optimizer = small_optimizer();
  optimizer.save(folder / "a");
  const SmallOptimizer loaded = SmallOptimizer::load(folder / "a");
  CHECK(same_bits(loaded.weights(), optimizer.weights()));
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto x = gdm_test::small_data().condition(seed);
    CHECK(loaded.solve(x, {.seed = seed}) == optimizer.solve(x, {.seed = seed}));
    CHECK(loaded.solve(x, {.omega = 2, .seed = seed}) == optimizer.solve(x, {.omega = 2, .seed = seed}));
  }
  loaded.save(folder / "b");
  CHECK(bytes_of(folder / "a") == bytes_of(folder / "b"));
}

TEST_CASE("model file: an independent parser finds every weight, row by row") {
  const std::vector<std::byte>& bytes = golden();
  std::uint64_t length = 0;
  for (std::size_t i = 8; i-- > 0;) length = length << 8U | std::to_integer<std::uint64_t>(bytes[i]);
  const std::string text(reinterpret_cast<const char*>(bytes.data()) + 8, length);
  const nlohmann::json header = nlohmann::json::parse(text);
  CHECK(header.at("__metadata__").at("format") == "gdm-model");
  CHECK(header.at("__metadata__").at("problem") == "sum_rate");
  CHECK(header.at("__metadata__").at("tokens") == "3");
  const std::byte* const data = bytes.data() + 8 + length;
  const auto weights = std::make_unique<Network::Parameters>(small_optimizer().weights());
  std::set<std::string> expected{"__metadata__"};
  for (const char* const part : {"features.", "latents."})
    for (const char* const statistic : {"mean", "deviation", "lowest", "highest"})
      expected.insert(std::string(part) + statistic);
  Network::visit(
      [&](const std::string& name, const auto& block) {
        using B = std::remove_cvref_t<decltype(block)>;
        const nlohmann::json& entry = header.at("weights." + name);
        CHECK(entry.at("dtype") == "F32");
        CHECK(entry.at("shape") == nlohmann::json{B::rows, B::cols});
        const std::size_t begin = entry.at("data_offsets").at(0);
        CHECK(entry.at("data_offsets").at(1) == begin + 4U * B::rows * B::cols);
        for (int i = 0; i < B::rows; ++i) {
          for (int j = 0; j < B::cols; ++j) {
            float value = 0;
            std::memcpy(&value, data + begin + 4 * static_cast<std::size_t>(i * B::cols + j), 4);
            CHECK(value == block(i, j));
          }
        }
        expected.insert("weights." + name);
      },
      std::as_const(*weights));
  std::set<std::string> found;
  for (const auto& [name, entry] : header.items()) found.insert(name);
  CHECK(found == expected);
}

TEST_CASE("model file: a file of other policies or of another problem is refused by name") {
  gdm::ModelIdentity other = identity;
  other.problem = "noma_uav";
  says(refusal(golden(), other), Errc::file_mismatch, {"golden.safetensors", "\"sum_rate\"", "\"noma_uav\""});
  other = identity;
  other.schedule = "linear-4";
  says(refusal(golden(), other), Errc::file_mismatch, {"schedule", "\"linear-4\""});
  other = identity;
  other.denoiser = "mlp-8";
  says(refusal(golden(), other), Errc::file_mismatch, {"denoiser", "\"mlp-8\"", "train again"});
  other = identity;
  other.parameterisation = "epsilon";
  says(refusal(golden(), other), Errc::file_mismatch, {"parameterisation", "\"velocity\"", "\"epsilon\""});
  MemoryFileSystem fs(golden());
  gdm::Codec<gdm::SumRate<4>, false> codec;
  using Other = gdm::GdmOptimizer<gdm::SumRate<4>, gdm::CosineSchedule<4>, gdm::Mlp<4>>::Network;
  const auto weights = std::make_unique<Other::Parameters>();
  bool knows_null = false;
  try {
    gdm::load_model<gdm::SumRate<4>, Other>(fs, "golden", identity, codec, *weights, knows_null);
    FAIL_CHECK("a model of three channels was loaded for four");
  } catch (const gdm::Error& error) {
    says({static_cast<int>(error.code()), error.what()}, Errc::file_mismatch, {"tokens", "\"3\"", "\"4\""});
  }
}

TEST_CASE("model file: with right checksums but a tensor missing, misshapen or senseless it is refused by name") {
  const auto none = [](auto&) {};
  CHECK(refusal(changed("", none)).first == 0);
  says(refusal(changed("", none, false, true)), Errc::file_mismatch, {"\"weights.extra\"", "not expected"});
  for (const gdm::TensorEntry& entry : golden_file().tensors()) {
    says(refusal(changed(entry.name, none, true)), Errc::file_mismatch, {entry.name.c_str(), "no such tensor"});
  }
  for (const double bad : {0.0, -1.0}) {
    for (const char* const name : {"features.deviation", "latents.deviation"}) {
      says(refusal(changed(name, [&](auto& v) { v[1] = static_cast<float>(bad); })), Errc::file_format,
           {name, "standard deviation must be positive"});
    }
  }
  for (const char* const name : {"features.lowest", "latents.lowest"}) {
    says(refusal(changed(name, [](auto& v) { v[2] = 1e6F; })), Errc::file_format, {name, "1000000"});
  }
}

TEST_CASE("model file: any finite weights and statistics give feasible answers") {
  const TemporaryFolder folder;
  int loaded = 0;
  for (const gdm::TensorEntry& entry : golden_file().tensors()) {
    for (const double value : {1e38, -1e38, 1e-40, 3.0}) {
      const auto bytes = changed(entry.name, [&](auto& v) {
        using T = typename std::remove_reference_t<decltype(v)>::value_type;
        std::fill(v.begin(), v.end(), static_cast<T>(value));
      });
      gdm_test::put(folder / "model", {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
      try {
        const SmallOptimizer optimizer = SmallOptimizer::load(folder / "model");
        ++loaded;
        for (const double omega : {0.0, 3.0}) {
          const SmallProblem::Condition x{1.0, 2.0, 0.7, 10.0};
          const auto y = optimizer.solve(x, {.omega = omega});
          CAPTURE(entry.name);
          CAPTURE(value);
          CHECK(y.allFinite());
          CHECK(SmallProblem::violation(x, y) <= 1e-9);
        }
      } catch (const gdm::Error& error) {
        CHECK(error.code() == Errc::file_format);
      }
    }
  }
  CHECK(loaded > 20);
}

TEST_CASE("model file: whichever call fails on save, the old or the new model is whole and there is no litter") {
  const TemporaryFolder folder;
  const auto path = folder / "model";
  small_optimizer(1).save(path);
  const std::string before = gdm_test::contents(path);
  small_optimizer(2).save(path);
  const Loaded model = load(bytes_of(path));
  const std::string after = gdm_test::contents(path);
  REQUIRE(before != after);
  for (const bool existed : {true, false}) {
    int failures = 0;
    for (int k = 1;; ++k) {
      std::filesystem::remove(path);
      if (existed) gdm_test::put(path, before);
      gdm_test::FailingFileSystem fs;
      fs.fail_at = {k};
      fs.write_at_most = 1000;
      bool threw = false;
      try {
        gdm::save_model<SmallProblem, Network>(fs, path, identity, model.codec, model.weights);
      } catch (const gdm::Error& error) {
        threw = true;
        CHECK(error.code() == Errc::file_io);
      }
      CAPTURE(k);
      CHECK(threw == (fs.failed == 1));
      CHECK(fs.open_handles == 0);
      const std::string now = gdm_test::contents(path);
      CHECK((now == after || (existed ? now == before : !std::filesystem::exists(path))));
      CHECK(folder.files() == (std::filesystem::exists(path) ? 1 : 0));
      if (!threw) {
        CHECK(now == after);
        break;
      }
      ++failures;
    }
    CHECK(failures >= 8);
  }
}

TEST_CASE("model file: one without a word on the null condition, as earlier versions wrote it, can be guided") {
  CHECK(golden_file().find_metadata("null_condition") == nullptr);
  CHECK(load(golden()).knows_null);
  const TemporaryFolder folder;
  gdm::PosixFileSystem fs;
  const Loaded model = load(golden());
  gdm::save_model<SmallProblem, Network>(fs, folder / "model", identity, model.codec, model.weights, false);
  const auto bytes = bytes_of(folder / "model");
  CHECK(gdm::TensorFile::parse(bytes).metadata("null_condition") == "untrained");
  CHECK(!load(bytes).knows_null);
}
