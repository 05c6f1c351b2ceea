#include "stockclient/simulator/replay.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "stockclient/simulator/text.h"

namespace stockclient::simulator {
namespace {

namespace fs = std::filesystem;
using circuitbreaker::expected;
using circuitbreaker::unexpected;

constexpr std::uintmax_t kMaxRecordingBytes = 16u << 20;

std::string_view content_type_of(std::string_view file) {
  return file.ends_with(".html") ? "text/html; charset=utf-8" : "application/json";
}

std::vector<std::string_view> split_columns(std::string_view line) {
  std::vector<std::string_view> columns;
  for (;;) {
    const auto [column, rest] = split_at(line, "\t");
    columns.push_back(column);
    if (column.size() == line.size()) return columns;
    line = rest;
  }
}

expected<std::string, std::string> read_file(const fs::path& path) {
  std::error_code error;
  const auto unreadable = [&] { return unexpected<std::string>("cannot read " + path.string()); };
  if (!fs::is_regular_file(path, error)) return unreadable();
  const std::uintmax_t size = fs::file_size(path, error);
  if (error) return unreadable();
  if (size > kMaxRecordingBytes) {
    return unexpected<std::string>(path.string() + " is larger than 16 MiB");
  }
  std::ifstream stream(path, std::ios::binary);
  std::string content(std::istreambuf_iterator<char>(stream), {});
  if (!stream.good() && !stream.eof()) return unreadable();
  return content;
}

}  // namespace

Replay::Replay(std::string folder) : folder_(std::move(folder)) {
  const expected<std::string, std::string> index = read_file(fs::path(folder_) / "INDEX.tsv");
  if (!index) throw std::runtime_error(index.error());
  std::string_view left = *index;
  std::vector<std::string_view> columns;
  for (std::size_t number = 1; !left.empty(); ++number) {
    const auto [line, rest] = split_at(left, "\n");
    if (number == 1) {
      columns = split_columns(line);
    } else if (!trim(line).empty()) {
      add_line(line, columns, number);
    }
    left = rest;
  }
}

void Replay::add_line(std::string_view line, const std::vector<std::string_view>& columns,
                      std::size_t line_number) {
  const std::vector<std::string_view> values = split_columns(line);
  const auto fail = [&](const std::string& what) {
    throw std::runtime_error((fs::path(folder_) / "INDEX.tsv").string() + ", line " +
                             std::to_string(line_number) + ": " + what);
  };
  const auto value = [&](std::string_view name) -> std::string_view {
    for (std::size_t i = 0; i < std::min(columns.size(), values.size()); ++i) {
      if (trim(columns[i]) == name) return trim(values[i]);
    }
    fail("no column " + std::string(name));
    return {};
  };
  expected<Recording, std::string> recording = read(std::string(value("file")));
  if (!recording) fail(recording.error());
  const std::string_view status = value("status");
  const char* const status_end = status.data() + status.size();
  const auto [end, error] = std::from_chars(status.data(), status_end, recording->status);
  if (error != std::errc() || end != status_end || recording->status < 200 ||
      recording->status > 599) {
    fail("status must be from 200 to 599");
  }
  by_request_[{to_upper(value("function")), to_upper(value("symbol"))}].recordings.push_back(
      std::move(*recording));
}

const Recording* Replay::find(std::string_view function, std::string_view symbol) {
  const auto found = by_request_.find({to_upper(function), to_upper(symbol)});
  if (found == by_request_.end()) return nullptr;
  Turns& turns = found->second;
  return &turns.recordings[turns.next++ % turns.recordings.size()];
}

expected<Recording, std::string> Replay::read(const std::string& file) const {
  const fs::path relative = fs::path(file).lexically_normal();
  if (file.empty() || relative.is_absolute() || *relative.begin() == "..") {
    return unexpected<std::string>("file must lie within the replay folder");
  }
  expected<std::string, std::string> body = read_file(fs::path(folder_) / relative);
  if (!body) return unexpected<std::string>(body.error());
  return Recording{.content_type = std::string(content_type_of(file)), .body = std::move(*body)};
}

}  // namespace stockclient::simulator
