#pragma once
/// Structured logging to standard error: one line an event, a fixed sentence and key=value fields.
///
///     Log log(LogLevel::info, LogFormat::json, {api_key});
///     log.info("circuit breaker changed state", {{"from", "closed"}, {"to", "open"}});
///
/// Thread-safety: every member function may be called from any thread.

#include <atomic>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "service/settings/settings.h"

namespace service {

class LineWriter;

using LogValue = std::variant<std::string_view, std::int64_t, double, bool>;

struct LogField {
  /// Letters and underscores.
  std::string_view key;
  LogValue value;
};

class Log {
 public:
  /// Takes one whole line, without its end.
  using Sink = std::function<void(const std::string& line)>;

  /// Each of `secrets` is replaced by `[redacted]` wherever it would appear: the last line of
  /// defence, as nobody is meant to log one. Without a sink, lines go to standard error.
  Log(LogLevel level, LogFormat format, std::vector<std::string> secrets = {}, Sink sink = {});
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  using Fields = std::initializer_list<LogField>;
  void debug(std::string_view message, Fields fields = {}) {
    write(LogLevel::debug, message, fields);
  }
  void info(std::string_view message, Fields fields = {}) {
    write(LogLevel::info, message, fields);
  }
  void warning(std::string_view message, Fields fields = {}) {
    write(LogLevel::warning, message, fields);
  }
  void error(std::string_view message, Fields fields = {}) {
    write(LogLevel::error, message, fields);
  }

  /// As `info`, for what happens thousands of times a second: the line is written by a thread of
  /// its own, and the caller waits for nothing. Past 8192 lines that wait to be written further
  /// ones are dropped, and a warning says how many.
  void info_behind(std::string_view message, Fields fields);

  /// Also of lines written from now on. Both may be called while others log.
  void set_level(LogLevel level) noexcept { level_ = level; }
  void set_format(LogFormat format) noexcept { format_ = format; }

  /// Waits until every line has been written.
  void flush();

 private:
  void write(LogLevel level, std::string_view message, Fields fields);
  [[nodiscard]] std::string line(LogLevel level, std::string_view message, Fields fields) const;

  struct Output;
  std::atomic<LogLevel> level_;
  std::atomic<LogFormat> format_;
  std::vector<std::string> secrets_;
  std::unique_ptr<Output> output_;
  /// Goes first: it writes to the output.
  std::unique_ptr<LineWriter> behind_;
};

}  // namespace service
