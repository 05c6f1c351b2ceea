#include "stockclient/store/stored_value.h"

#include <tuple>
#include <zlib.h>

namespace stockclient {
namespace {

constexpr std::string_view kMagic = "SQV";
constexpr char kVersion = 1;
constexpr std::size_t kHeaderBytes = kMagic.size() + 1 + sizeof(std::uint32_t);
/// Limits the memory that a damaged length can allocate.
constexpr std::size_t kMaxFieldBytes = std::size_t{64} << 20;

/// Integers are stored in eight bytes, in little-endian order on every machine.
void append(std::string& out, std::int64_t value) {
  auto bits = static_cast<std::uint64_t>(value);
  for (int i = 0; i < 8; ++i, bits >>= 8) out.push_back(static_cast<char>(bits & 0xff));
}

void append(std::string& out, std::string_view text) {
  append(out, static_cast<std::int64_t>(text.size()));
  out.append(text);
}

std::uint32_t checksum(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

/// Reads fields in order. After a failure all later reads fail.
class EncodedReader {
 public:
  explicit EncodedReader(std::string_view bytes) : rest_(bytes) {}

  std::int64_t integer() {
    if (rest_.size() < 8) return fail();
    std::uint64_t bits = 0;
    for (std::size_t i = 8; i-- > 0;) bits = bits << 8 | static_cast<unsigned char>(rest_[i]);
    rest_.remove_prefix(8);
    return static_cast<std::int64_t>(bits);
  }

  std::string text() {
    const std::int64_t size = integer();
    if (size < 0 || static_cast<std::uint64_t>(size) > kMaxFieldBytes ||
        static_cast<std::uint64_t>(size) > rest_.size()) {
      fail();
      return {};
    }
    std::string text(rest_.substr(0, static_cast<std::size_t>(size)));
    rest_.remove_prefix(text.size());
    return text;
  }

  [[nodiscard]] bool complete() const { return !failed_ && rest_.empty(); }

 private:
  std::int64_t fail() {
    failed_ = true;
    rest_ = {};
    return 0;
  }

  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace

bool is_newer(const StoredValue& candidate, const StoredValue& current, WallTime now) {
  if (candidate.corrects || current.fetched_at > now) return true;
  return std::tie(candidate.trading_day, candidate.fetched_at) >
         std::tie(current.trading_day, current.fetched_at);
}

std::string encode(const StoredValue& value) {
  std::string fields;
  fields.reserve(128 + value.key.size() + value.body.size());
  fields.push_back(static_cast<char>(value.kind));
  append(fields, value.key);
  append(fields, value.trading_day);
  append(fields, nanoseconds_of(value.fetched_at));
  append(fields, value.boot_id);
  append(fields, value.boot_time.count());
  append(fields, nanoseconds_of(value.asked_at));
  append(fields, value.body);

  std::string bytes(kMagic);
  bytes.push_back(kVersion);
  std::uint32_t sum = checksum(fields);
  for (int i = 0; i < 4; ++i, sum >>= 8) bytes.push_back(static_cast<char>(sum & 0xff));
  return bytes + fields;
}

circuitbreaker::expected<StoredValue, std::string> decode(std::string_view bytes) {
  const auto refuse = [](const char* why) { return circuitbreaker::unexpected<std::string>(why); };
  if (bytes.size() <= kHeaderBytes || !bytes.starts_with(kMagic)) {
    return refuse("the stored bytes are not an encoded value");
  }
  if (bytes[kMagic.size()] != kVersion) return refuse("the value has an unknown format version");
  std::uint32_t sum = 0;
  for (std::size_t i = kHeaderBytes; i-- > kMagic.size() + 1;) {
    sum = sum << 8 | static_cast<unsigned char>(bytes[i]);
  }
  const std::string_view fields = bytes.substr(kHeaderBytes);
  if (sum != checksum(fields)) return refuse("the value's checksum does not match");
  const auto kind = static_cast<unsigned char>(fields.front());
  if (kind > static_cast<unsigned char>(StoredValue::Kind::learned)) {
    return refuse("the value has an unknown kind");
  }
  EncodedReader reader(fields.substr(1));
  StoredValue value;
  value.kind = static_cast<StoredValue::Kind>(kind);
  value.key = reader.text();
  value.trading_day = reader.text();
  value.fetched_at = wall_time_of(reader.integer());
  value.boot_id = reader.text();
  value.boot_time = std::chrono::nanoseconds(reader.integer());
  value.asked_at = wall_time_of(reader.integer());
  value.body = reader.text();
  if (!reader.complete()) return refuse("the value's length does not match its fields");
  return value;
}

}  // namespace stockclient
