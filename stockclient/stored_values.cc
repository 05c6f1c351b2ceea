#include "stockclient/stored_values.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <utility>

#include "stockclient/wire/classify.h"

namespace stockclient {
namespace {

/// `GLOBAL_QUOTE:IBM`.
std::string key_of(const Query& query) {
  return std::string(to_string(query.function)) + ":" + query.argument;
}

std::optional<Query> query_of(std::string_view key) {
  const std::size_t colon = key.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  for (std::size_t i = 0; i < kFunctionCount; ++i) {
    const auto function = static_cast<Function>(i);
    if (key.substr(0, colon) == to_string(function)) {
      return Query{function, std::string(key.substr(colon + 1))};
    }
  }
  return std::nullopt;
}

/// The trading day by which values of one key are ordered; empty for data without one.
std::string trading_day_of_data(const Data& data) {
  if (const auto* quote = std::get_if<Quote>(&data)) return quote->trading_day.value_or("");
  const auto* series = std::get_if<DailySeries>(&data);
  return series != nullptr && !series->bars.empty() ? series->bars.front().date : "";
}

}  // namespace

std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

std::optional<Value> StoredValues::find(const Query& query) noexcept {
  try {
    const auto stored = worker_.find(key_of(query), settings_.find_wait);
    if (!stored) return std::nullopt;
    auto restored = restore(*stored);
    if (!restored) return std::nullopt;
    return std::move(restored->second);
  } catch (...) {
    // Out of memory; the flight asks the upstream instead.
    return std::nullopt;
  }
}

void StoredValues::put(const Query& query, const Value& value, bool is_first) noexcept {
  if (!value.record->bytes) return;
  try {
    StoredValue stored;
    stored.key = key_of(query);
    stored.trading_day = trading_day_of_data(value.record->data);
    stored.fetched_at = value.record->fetched_at;
    stored.boot_id = settings_.boot_id;
    stored.boot_time = value.fetched.time_since_epoch();
    stored.asked_at = clocks_.wall.now();
    stored.body = *value.record->bytes;
    worker_.put(std::move(stored),
                is_first ? settings_.first_value_wait : circuitbreaker::Duration::zero());
  } catch (...) {
    // Out of memory; the value is not stored.
  }
}

void StoredValues::forget(const Query& query) noexcept {
  try {
    worker_.forget(key_of(query));
  } catch (...) {
    // Out of memory; the value stays in the store.
  }
}

std::optional<Failure> StoredValues::obstacle() noexcept {
  if (!fail_fast_.load()) return std::nullopt;
  const auto rejected_for = worker_.rejected_for();
  if (!rejected_for) return std::nullopt;
  return Failure{.kind = FailureKind::dependency_open, .retry_after = rejected_for};
}

void StoredValues::load_into(StockClient& client) {
  worker_.load([this, &client](const std::vector<StoredValue>& values) {
    bool has_room = true;
    for (const StoredValue& stored : values) {
      if (const auto restored = restore(stored)) {
        has_room = client.restore(restored->first, restored->second);
      }
    }
    return has_room;
  });
}

std::optional<std::pair<Query, Value>> StoredValues::restore(const StoredValue& stored) const {
  auto query = query_of(stored.key);
  if (!query || stored.kind != StoredValue::Kind::value) return std::nullopt;
  // Validated as of the fetch, because a trading day that was in the future then is still unusable.
  ClassifiedAnswer answer = classify(
      *query, {.status = 200, .body = stored.body, .retry_after = std::nullopt}, stored.fetched_at);
  if (!answer.result) return std::nullopt;
  auto record = std::make_shared<const Record>(
      Record{*std::move(answer.result), stored.fetched_at, settings_.source,
             std::make_shared<const std::string>(stored.body), true});
  return std::pair(*std::move(query), Value{std::move(record), fetched(stored)});
}

BootTime StoredValues::fetched(const StoredValue& stored) const {
  const BootTime now = clocks_.boot.now();
  const BootTime by_boot_clock{stored.boot_time};
  if (!stored.boot_id.empty() && stored.boot_id == settings_.boot_id && by_boot_clock <= now) {
    return by_boot_clock;
  }
  WallTime wall = clocks_.wall.now();
  if (const auto statistics = worker_.state().statistics; statistics) {
    wall = std::max(wall, statistics->highest_wall_time.value_or(wall));
  }
  // The age of a value that was fetched in the future is unknown.
  const auto age = stored.fetched_at > wall ? wall.time_since_epoch() : wall - stored.fetched_at;
  return now - age;
}

}  // namespace stockclient
