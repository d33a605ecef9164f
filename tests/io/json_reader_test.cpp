#include <doctest/doctest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <gdm/io/json_reader.hpp>

namespace {

/// The string that `json` consists of, or "refused".
std::string read_string(std::string_view json) {
  gdm::JsonReader reader(json, "here");
  try {
    std::string out = reader.string();
    reader.finish();
    return out;
  } catch (const gdm::Error& error) {
    CHECK(error.code() == gdm::Errc::file_format);
    return "refused";
  }
}

std::string encoded(std::uint32_t code) {
  std::string out;
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 + code / 64);
    put(0x80 + code % 64);
  } else if (code < 0x10000) {
    put(0xE0 + code / 4096);
    put(0x80 + code / 64 % 64);
    put(0x80 + code % 64);
  } else {
    put(0xF0 + code / 262144);
    put(0x80 + code / 4096 % 64);
    put(0x80 + code / 64 % 64);
    put(0x80 + code % 64);
  }
  return out;
}

}  // namespace

TEST_CASE("utf8_length: every character has its length, and its beginnings are none") {
  bool right = true;
  for (std::uint32_t code = 0; code < 0x110000; ++code) {
    const std::string bytes = encoded(code);
    const bool surrogate = code >= 0xD800 && code < 0xE000;
    right = right && gdm::utf8_length(bytes) == (surrogate ? 0 : bytes.size());
    right = right && gdm::utf8_length(bytes + "\x80x") == (surrogate ? 0 : bytes.size());
    for (std::size_t part = 0; part < bytes.size(); ++part) {
      right = right && gdm::utf8_length(std::string_view(bytes).substr(0, part)) == 0;
    }
  }
  CHECK(right);
  for (const std::string& bad : {encoded(0x110000), encoded(0x1FFFFF), std::string("\xC0\x80"), std::string("\xC1\xBF"),
                                 std::string("\xE0\x9F\xBF"), std::string("\xF0\x8F\xBF\xBF"), std::string("\x80"),
                                 std::string("\xFF"), std::string("\xF8\x88\x80\x80\x80")}) {
    CHECK(gdm::utf8_length(bad) == 0);
  }
}

TEST_CASE("JsonReader: strings and escapes") {
  const std::vector<std::pair<std::string, std::string>> right = {
      {R"("")", ""},
      {R"( "abc" )", "abc"},
      {R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"},
      {R"("\u0041\u00e9\u20AC\ud83d\ude00")", "A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"},
      {R"("\u0000")", std::string(1, '\0')},
      {R"("\\")", "\\"},
      {R"("\\\\\"")", "\\\\\""},
      {"\"\xF4\x8F\xBF\xBF\"", "\xF4\x8F\xBF\xBF"},
  };
  for (const auto& [json, text] : right) {
    CHECK(read_string(json) == text);
  }
  for (const char* const wrong : {"",
                                  "\"",
                                  "\"a",
                                  "\"\\\"",
                                  "\"\\",
                                  "\"\\u\"",
                                  "\"\\u12\"",
                                  "\"\\u12G4\"",
                                  "\"\\ud83d\"",
                                  "\"\\ud83d\\n\"",
                                  "\"\\ud83d\\u0041\"",
                                  "\"\\ud83d\\ud83d\"",
                                  "\"\\ude00\"",
                                  "\"\\x41\"",
                                  "\"\\'\"",
                                  "\"a\nb\"",
                                  "\"\t\"",
                                  "\"\x01\"",
                                  "\"\xFF\"",
                                  "\"\xC3\"",
                                  "'a'",
                                  "a",
                                  "1",
                                  "\"a\" b",
                                  "\"a\"\"",
                                  "\"\\u123",
                                  "\"\\ud83d\\u",
                                  "\"\\U0041\""}) {
    CAPTURE(wrong);
    CHECK(read_string(wrong) == "refused");
  }
}

TEST_CASE("JsonReader: on random strings says what nlohmann-json says") {
  const std::string_view letters = "\"\\/bfnrtu0189aAdDeEfF x\n\xC3\xA9\xE2\x82\xAC\xED\xA0\xF0\x9F\x98\x80\xF4";
  std::mt19937 random(7);
  int accepted = 0;
  for (int i = 0; i < 100'000; ++i) {
    std::string json = "\"";
    for (std::uint32_t length = random() % 8; length > 0; --length) {
      json += random() % 4 == 0 ? "\\u" : "";
      json += letters[random() % letters.size()];
    }
    json += '"';
    const auto expected = nlohmann::json::parse(json, nullptr, false);
    const std::string got = read_string(json);
    CAPTURE(json);
    if (expected.is_string()) {
      CHECK(got == expected.get<std::string>());
      ++accepted;
    } else {
      CHECK(got == "refused");
    }
  }
  CHECK(accepted > 10'000);
}

TEST_CASE("json_string: any text comes back, and nlohmann-json reads the same") {
  std::string all;
  for (std::uint32_t code = 0; code < 0x300; ++code) {
    all += encoded(code);
  }
  const std::string json = gdm::json_string(all);
  CHECK(read_string(json) == all);
  CHECK(nlohmann::json::parse(json).get<std::string>() == all);
}

TEST_CASE("JsonReader: objects and arrays") {
  gdm::JsonReader reader(" { \"a\" : [ ] , \"b\":[1,\t22\n, 18446744073709551615],\"c\":{}} ", "here");
  std::map<std::string, std::vector<std::uint64_t>> got;
  reader.object([&](const std::string& key) {
    if (key == "c") {
      reader.object([](const std::string&) { CHECK(false); });
    } else {
      auto& list = got[key];
      reader.array([&] { list.push_back(reader.integer()); });
    }
  });
  reader.finish();
  CHECK(got == decltype(got){{"a", {}}, {"b", {1, 22, UINT64_MAX}}});

  for (const char* const wrong : {"",
                                  "{",
                                  "[1",
                                  "[1,",
                                  "[1,]",
                                  "[,1]",
                                  "[1 2]",
                                  "[1}",
                                  "]",
                                  "{]",
                                  "[-1]",
                                  "[1.5]",
                                  "[1e2]",
                                  "[01]",
                                  "[+1]",
                                  "[18446744073709551616]",
                                  "[99999999999999999999]",
                                  "[0x1]",
                                  "[ ]]",
                                  "[1],",
                                  "[[1]]",
                                  "[\"1\"]",
                                  "[null]",
                                  "[1e999]",
                                  "[-0]",
                                  "[\xEF\xBB\xBF]"}) {
    CAPTURE(wrong);
    gdm::JsonReader bad(wrong, "here");
    const auto read = [&] {
      bad.array([&] { (void)bad.integer(); });
      bad.finish();
    };
    CHECK_THROWS_AS(read(), gdm::Error);
  }
  for (const char* const wrong : {"{\"a\"1}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{1:1}", "{\"a\":1 \"b\":1}", "{,}"}) {
    CAPTURE(wrong);
    gdm::JsonReader bad(wrong, "here");
    const auto read = [&] { bad.object([&](const std::string&) { (void)bad.integer(); }); };
    CHECK_THROWS_AS(read(), gdm::Error);
  }
}

TEST_CASE("JsonReader: a complaint names the place, the byte and what stands there") {
  gdm::JsonReader reader("[1, x]", "file f: tensor \"w\"");
  CHECK_THROWS_WITH_AS(reader.array([&] { (void)reader.integer(); }),
                       doctest::Contains("gdm: file f: tensor \"w\": byte 4 of the header: no integer"), gdm::Error);
}
