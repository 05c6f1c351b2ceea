#pragma once
/// Structured logging to standard error: one line for each event, with a fixed message and fields.
///
///     Log log(LogLevel::info, LogFormat::json, {api_key});
///     log.info("circuit breaker changed state", {{"from", "closed"}, {"to", "open"}});

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "service/log/log_options.h"

namespace service {

/// The value of a field.
using LogValue = std::variant<std::string_view, std::int64_t, double, bool>;

/// A named value of a log line.
struct LogField {
  /// The name: letters and underscores.
  std::string_view key;
  /// The value: text may contain anything; it is quoted and escaped where necessary.
  LogValue value;
};

/// The log. The caller formats a line; a thread of the log writes it, through a queue of at most
/// 8192 lines, so logging never waits for the reader of standard error. When the queue is full, the
/// oldest line is dropped and counted, and a warning in the log says how many are missing.
/// Thread-safety: every member function may be called from any thread.
class Log {
 public:
  /// Receives one complete line without its line end, on the log's thread.
  using Sink = std::function<void(const std::string& line)>;

  /// Starts the log's thread. Each of `secrets` is replaced by `[redacted]` wherever it appears in
  /// a line, as a last line of defence: nothing should log a secret in the first place. Without a
  /// sink, lines go to standard error.
  Log(LogLevel level, LogFormat format, std::vector<std::string> secrets = {}, Sink sink = {});
  /// Writes the queued lines. If the reader of standard error takes none, waits at most one second.
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  /// The fields of a line.
  using Fields = std::initializer_list<LogField>;
  /// Logs a line at the level `debug`.
  void debug(std::string_view message, Fields fields = {}) {
    write(LogLevel::debug, message, fields);
  }
  /// Logs a line at the level `info`.
  void info(std::string_view message, Fields fields = {}) {
    write(LogLevel::info, message, fields);
  }
  /// Logs a line at the level `warning`.
  void warning(std::string_view message, Fields fields = {}) {
    write(LogLevel::warning, message, fields);
  }
  /// Logs a line at the level `error`.
  void error(std::string_view message, Fields fields = {}) {
    write(LogLevel::error, message, fields);
  }

  /// Changes the lowest level that is logged from now on.
  void set_level(LogLevel level) noexcept { level_ = level; }
  /// Changes the format of the lines that are logged from now on.
  void set_format(LogFormat format) noexcept { format_ = format; }

  /// Waits, for at most `limit`, until every line logged before this call has been written. Returns
  /// whether they have all been written.
  bool flush(std::chrono::nanoseconds limit);

  /// The number of lines that were dropped because the queue was full.
  [[nodiscard]] std::uint64_t dropped_lines() const;

 private:
  void write(LogLevel level, std::string_view message, Fields fields);
  [[nodiscard]] std::string line(LogLevel level, std::string_view message, Fields fields) const;

  struct Output;
  std::atomic<LogLevel> level_;
  std::atomic<LogFormat> format_;
  std::vector<std::string> secrets_;
  std::unique_ptr<Output> output_;
};

}  // namespace service
