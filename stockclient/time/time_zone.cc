#include "stockclient/time/time_zone.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>

namespace stockclient {

using namespace std::chrono;  // NOLINT: this file is about nothing else

namespace {

constexpr std::size_t kHeaderSize = 44;
/// Real ones have a few hundred transitions; this only keeps a broken file from costing memory.
constexpr std::size_t kMaxFileSize = 1u << 20;

std::int64_t big_endian(std::string_view bytes) {
  std::uint64_t value = static_cast<signed char>(bytes[0]) < 0 ? ~std::uint64_t{0} : 0;
  for (const char byte : bytes) value = (value << 8) | static_cast<unsigned char>(byte);
  return static_cast<std::int64_t>(value);
}

/// The counts in a header (RFC 8536, section 3.1).
struct Counts {
  std::size_t is_utc, is_standard, leaps, transitions, types, letters;
  [[nodiscard]] std::size_t body_size(std::size_t time_size) const {
    return transitions * (time_size + 1) + types * 6 + letters + leaps * (time_size + 4) +
           is_standard + is_utc;
  }
};

std::optional<Counts> read_header(std::string_view file) {
  if (file.size() < kHeaderSize || !file.starts_with("TZif")) return std::nullopt;
  const auto count = [&](std::size_t index) {
    return static_cast<std::size_t>(big_endian(file.substr(20 + 4 * index, 4)));
  };
  const Counts counts{count(0), count(1), count(2), count(3), count(4), count(5)};
  for (const std::size_t each : {counts.is_utc, counts.is_standard, counts.leaps,
                                 counts.transitions, counts.types, counts.letters}) {
    if (each > kMaxFileSize) return std::nullopt;
  }
  return counts;
}

bool is_plain_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && name.front() != '/' &&
         name.find("..") == std::string_view::npos &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  c == '/' || c == '_' || c == '-' || c == '+' || c == '.';
         });
}

}  // namespace

std::optional<TimeZone> TimeZone::parse(std::string_view file) {
  const auto first = read_header(file);
  // The first body has 32-bit times, for readers of long ago.
  if (!first || file[4] < '2' || file.size() < kHeaderSize + first->body_size(4)) {
    return std::nullopt;
  }
  file.remove_prefix(kHeaderSize + first->body_size(4));
  const auto counts = read_header(file);
  if (!counts || counts->types == 0 || file.size() < kHeaderSize + counts->body_size(8)) {
    return std::nullopt;
  }
  const std::string_view times = file.substr(kHeaderSize);
  const std::string_view indices = times.substr(counts->transitions * 8);
  const std::string_view types = indices.substr(counts->transitions);
  const auto offset_of = [&](std::size_t type) {
    return seconds(big_endian(types.substr(type * 6, 4)));
  };
  TimeZone zone;
  zone.before_first_ = offset_of(0);
  for (std::size_t i = 0; i < counts->transitions; ++i) {
    const auto type = static_cast<unsigned char>(indices[i]);
    if (type >= counts->types) return std::nullopt;
    const sys_seconds at(seconds(big_endian(times.substr(i * 8, 8))));
    if (!zone.transitions_.empty() && at <= zone.transitions_.back().at) return std::nullopt;
    zone.transitions_.push_back({at, offset_of(type)});
  }
  std::string_view footer = file.substr(kHeaderSize + counts->body_size(8));
  if (footer.size() >= 2 && footer.front() == '\n') {
    footer.remove_prefix(1);
    zone.afterwards_ = PosixTz::parse(footer.substr(0, footer.find('\n')));
  }
  return zone;
}

std::optional<TimeZone> TimeZone::load(std::string_view name, const std::string& directory) {
  if (!is_plain_name(name)) return std::nullopt;
  if (name == "UTC") return TimeZone();
  std::ifstream in(directory + "/" + std::string(name), std::ios::binary);
  std::string bytes(kMaxFileSize, '\0');
  if (in.read(bytes.data(), static_cast<std::streamsize>(bytes.size())) || in.eof()) {
    bytes.resize(static_cast<std::size_t>(in.gcount()));
    if (auto zone = parse(bytes)) return zone;
  }
  if (name != "America/New_York") return std::nullopt;
  // The default of the quota's reset must not depend on a package. In force since 2007.
  TimeZone zone;
  zone.afterwards_ = PosixTz::parse("EST5EDT,M3.2.0,M11.1.0");
  return zone;
}

seconds TimeZone::offset_at(sys_seconds time) const {
  const auto next = std::upper_bound(
      transitions_.begin(), transitions_.end(), time,
      [](sys_seconds t, const Transition& transition) { return t < transition.at; });
  if (next == transitions_.end() && afterwards_) return afterwards_->offset_at(time);
  return next == transitions_.begin() ? before_first_ : std::prev(next)->offset;
}

sys_seconds TimeZone::to_sys(local_seconds local) const {
  // Zones are within a day of UTC and change hours at most, so a day earlier tells what clocks
  // showed before any change near `local`.
  const sys_seconds as_utc(local.time_since_epoch());
  const seconds before = offset_at(as_utc - days(1) - hours(2));
  const sys_seconds early = as_utc - before;
  const seconds then = offset_at(early);
  if (then == before) return early;
  const sys_seconds late = as_utc - then;
  return offset_at(late) == then ? late : early;
}

}  // namespace stockclient
