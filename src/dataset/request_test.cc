#include "dataset/request.h"

#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>

namespace howdah::dataset {
namespace {

using Json = nlohmann::json;

Request texts() {
  Request request;
  request.records = Request::Records::kTexts;
  request.text = "review";
  request.targets = {"label"};
  return request;
}
Request table() {
  Request request;
  request.records = Request::Records::kTable;
  request.target_kind = TargetKind::kValues;
  request.targets = {"a", "b"};
  request.features = {"x \"y\"", "z"};
  return request;
}

// Of other data than were trained on.
Request other(Request request, bool labelled) {
  request.learned = "hdfs:///learned";
  request.labelled = labelled;
  return request;
}

TEST(Request, comes_back_from_its_json_as_it_was) {
  for (const Request& request : {Request{}, texts(), table(), other({}, true), other({}, false),
                                 other(texts(), true), other(table(), false)}) {
    const auto back = Request::from_json(request.to_json());
    ASSERT_TRUE(back) << back.status().to_string();
    EXPECT_EQ(*back, request);
  }
}

TEST(Request, is_written_in_words) {
  EXPECT_EQ(texts().to_json(),
            "{\"features\":[],\"length\":256,\"lowercase\":true,\"min_count\":1,\"records\":"
            "\"texts\",\"target_kind\":\"class\",\"target_length\":256,\"targets\":[\"label\"],"
            "\"text\":\"review\",\"tokenizer\":\"words\",\"vocabulary\":20000}");
}

TEST(Request, refuses_what_is_none) {
  const auto refuses = [](const std::string& text) {
    EXPECT_EQ(Request::from_json(text).status().code(), Code::kInvalidArgument) << text;
  };
  for (const char* text : {"", "[]", "{}", "null", "{\"records\": \"texts\"}"}) refuses(text);
  const Json good = Json::parse(texts().to_json());
  for (const auto& [key, value] : good.items()) {
    Json bad = good;
    bad.erase(key);
    refuses(bad.dump());
    bad[key] = "unheard of";
    if (key != "text") refuses(bad.dump());
  }
  Json more = good;
  more["more"] = 1;
  refuses(more.dump());
}

TEST(Request, asks_for_what_goes_together) {
  const auto refuses = [](Request request, const std::function<void(Request&)>& change) {
    ASSERT_TRUE(request.check().is_ok());
    change(request);
    EXPECT_EQ(request.check().code(), Code::kInvalidArgument) << request.to_json();
  };
  refuses({}, [](Request& request) { request.text = "a"; });
  refuses(texts(), [](Request& request) { request.text = ""; });
  refuses(texts(), [](Request& request) { request.targets = {}; });
  refuses(texts(), [](Request& request) { request.targets = {"a", "b"}; });
  refuses(texts(), [](Request& request) { request.target_kind = TargetKind::kNone; });
  refuses(texts(), [](Request& request) { request.target_kind = TargetKind::kValues; });
  refuses(texts(), [](Request& request) { request.tokenizer = Tokenizer::kBlanks; });
  refuses(texts(), [](Request& request) { request.features = {"a"}; });
  refuses(texts(), [](Request& request) { request.vocabulary = 4; });
  refuses(texts(), [](Request& request) { request.vocabulary = int64_t{1} << 40; });
  refuses(texts(), [](Request& request) { request.length = 0; });
  refuses(texts(), [](Request& request) { request.min_count = 0; });
  refuses(table(), [](Request& request) { request.features = {"a", "a"}; });
  refuses(table(), [](Request& request) { request.target_kind = TargetKind::kTokens; });
  refuses(table(), [](Request& request) { request.text = "a"; });
  refuses(texts(), [](Request& request) { request.labelled = false; });
  refuses(other(texts(), false), [](Request& request) { request.learned.clear(); });
  refuses(other(texts(), false), [](Request& request) {
    request.target_kind = TargetKind::kNone;
    request.targets.clear();
  });
  refuses(other({}, true), [](Request& request) { request.text = "a"; });
  refuses(other({}, true), [](Request& request) { request.learned = std::string(10'000, 'a'); });
}

}  // namespace
}  // namespace howdah::dataset
