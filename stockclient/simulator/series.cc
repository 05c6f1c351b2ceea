#include "stockclient/simulator/series.h"

#include <algorithm>

#include "circuitbreaker/detail/random.h"

#include "stockclient/domain/hash.h"

namespace stockclient::simulator {
namespace {

using circuitbreaker::detail::mix64;
using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::weekday;

/// A number from 0 to `bound` - 1.
constexpr std::int64_t pick(std::uint64_t bits, std::int64_t bound) noexcept {
  return static_cast<std::int64_t>(bits % static_cast<std::uint64_t>(bound));
}

/// A triangle wave from -1000 to 1000.
constexpr std::int64_t wave(std::int64_t x, std::int64_t period) noexcept {
  const std::int64_t phase = x % period * 4000 / period;
  if (phase < 1000) return phase;
  return phase < 3000 ? 2000 - phase : phase - 4000;
}

/// Numbers the weekdays consecutively, so that Monday follows Friday. 1970-01-01 was a Thursday.
std::int64_t trading_day_number(sys_days day) noexcept {
  const std::int64_t since_monday = day.time_since_epoch().count() + 3;
  return since_monday / 7 * 5 + std::min<std::int64_t>(since_monday % 7, 4);
}

std::int64_t base_price(std::uint64_t symbol_hash) noexcept {
  return 2000 + pick(symbol_hash, 48000);
}

/// A slow swing of 15 %, a quick one of 5 % and up to 1 % of noise around the symbol's base price.
std::int64_t close_on(std::uint64_t symbol_hash, std::int64_t day) noexcept {
  const std::int64_t slow = wave(day + pick(symbol_hash >> 8, 251), 251) * 1500;
  const std::int64_t quick = wave(day + pick(symbol_hash >> 16, 37), 37) * 500;
  const std::int64_t noise = pick(mix64(symbol_hash ^ static_cast<std::uint64_t>(day)), 201) - 100;
  const std::int64_t basis_points = (slow + quick) / 1000 + noise;
  const std::int64_t base = base_price(symbol_hash);
  return base + base * basis_points / 10000;
}

}  // namespace

DailyBar daily_bar(std::string_view symbol, sys_days day) noexcept {
  const std::uint64_t symbol_hash = mix64(fnv1a(symbol));
  const std::int64_t number = trading_day_number(day);
  const std::uint64_t bits =
      mix64(symbol_hash + static_cast<std::uint64_t>(number) * 0x9e3779b97f4a7c15);
  const std::int64_t before = close_on(symbol_hash, number - 1);

  DailyBar bar{.day = day, .close = close_on(symbol_hash, number)};
  bar.open = before + before * (pick(bits, 101) - 50) / 10000;
  bar.high = std::max(bar.open, bar.close) + base_price(symbol_hash) * pick(bits >> 8, 80) / 10000;
  bar.low = std::min(bar.open, bar.close) - base_price(symbol_hash) * pick(bits >> 16, 80) / 10000;
  bar.volume = 500'000 + pick(bits >> 24, 9'500'000);
  return bar;
}

sys_days trading_day_at(sys_days day) noexcept {
  const unsigned iso = weekday(day).iso_encoding();
  return iso <= 5 ? day : day - days(iso - 5);
}

sys_days trading_day_before(sys_days day) noexcept {
  return trading_day_at(day - days(1));
}

}  // namespace stockclient::simulator
