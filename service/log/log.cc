#include "service/log/log.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <unistd.h>

#include <spdlog/async_logger.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/base_sink.h>

#include "service/json/json_writer.h"
#include "service/json/time_text.h"
#include "service/log/descriptor_writer.h"

namespace service {
namespace {

constexpr std::size_t kMaxQueuedLines = 8192;
constexpr std::chrono::seconds kShutdownLimit{1};

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      break;
  }
  return "error";
}

void append_value(JsonWriter& json, const LogValue& value) {
  struct Visitor {
    JsonWriter& json;
    void operator()(std::string_view text) { json.string(text); }
    void operator()(std::int64_t number) { json.number(number); }
    void operator()(double number) { json.number(number); }
    void operator()(bool truth) { json.boolean(truth); }
  };
  std::visit(Visitor{json}, value);
}

bool needs_quotes(std::string_view text) {
  return text.empty() || std::any_of(text.begin(), text.end(), [](char c) {
           return c <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7F;
         });
}

std::string as_text(LogLevel level, const std::string& time, std::string_view message,
                    Log::Fields fields) {
  std::string line = time + " " + std::string(name_of(level)) + ": " + std::string(message);
  for (const LogField& field : fields) {
    line += " " + std::string(field.key) + "=";
    // JSON escapes keep a value from starting a new line.
    const auto* text = std::get_if<std::string_view>(&field.value);
    if (text != nullptr && !needs_quotes(*text)) {
      line += *text;
    } else {
      JsonWriter json;
      append_value(json, field.value);
      line += std::move(json).text();
    }
  }
  return line;
}

std::string as_json(LogLevel level, const std::string& time, std::string_view message,
                    Log::Fields fields) {
  JsonWriter json;
  json.begin_object().key("time").string(time).key("level").string(name_of(level));
  json.key("message").string(message);
  for (const LogField& field : fields) append_value(json.key(field.key), field.value);
  json.end_object();
  return std::move(json).text();
}

void redact(std::string& line, const std::string& secret) {
  constexpr std::string_view kRedacted = "[redacted]";
  for (std::size_t at = line.find(secret); at != std::string::npos;
       at = line.find(secret, at + kRedacted.size()))
    line.replace(at, secret.size(), kRedacted);
}

/// The sink at the end of spdlog's queue: writes each line to standard error or passes it to a
/// function. spdlog calls the protected functions only from its single worker thread.
class LineSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  /// Returns the number of lines that the queue has dropped so far.
  using CountDropped = std::function<std::uint64_t()>;
  /// Formats the log line that reports dropped lines.
  using DescribeDropped = std::function<std::string(std::uint64_t)>;

  explicit LineSink(Log::Sink callback) : callback_(std::move(callback)) {}

  /// Starts reporting dropped lines. Call before the first line is logged.
  void watch_dropped(CountDropped count, DescribeDropped describe) {
    count_dropped_ = std::move(count);
    describe_dropped_ = std::move(describe);
  }

  void give_up_after(std::chrono::nanoseconds limit) { standard_error_.give_up_after(limit); }

  /// Waits until `flushes` flush messages have reached this sink.
  bool wait_for_flush(std::uint64_t flushes, std::chrono::nanoseconds limit) {
    std::unique_lock lock(flush_mutex_);
    return flushed_.wait_for(lock, limit, [&] { return flush_count_ >= flushes; });
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    if (const std::uint64_t dropped = count_dropped_(); dropped > reported_) {
      put(describe_dropped_(dropped - reported_));
      reported_ = dropped;
    }
    put(std::string(message.payload.data(), message.payload.size()));
  }

  void flush_() override {
    {
      const std::lock_guard lock(flush_mutex_);
      ++flush_count_;
    }
    flushed_.notify_all();
  }

 private:
  void put(std::string line) {
    if (callback_) return callback_(line);
    standard_error_.write(line += '\n');
  }

  const Log::Sink callback_;
  DescriptorWriter standard_error_{STDERR_FILENO};
  CountDropped count_dropped_;
  DescribeDropped describe_dropped_;
  std::uint64_t reported_ = 0;
  std::mutex flush_mutex_;
  std::condition_variable flushed_;
  std::uint64_t flush_count_ = 0;
};

}  // namespace

struct Log::Output {
  explicit Output(Sink callback)
      : sink(std::make_shared<LineSink>(std::move(callback))),
        queue(std::make_shared<spdlog::details::thread_pool>(kMaxQueuedLines, 1)),
        logger(std::make_shared<spdlog::async_logger>(
            "stock-service", sink, queue, spdlog::async_overflow_policy::overrun_oldest)) {}

  std::shared_ptr<LineSink> sink;
  std::shared_ptr<spdlog::details::thread_pool> queue;
  std::shared_ptr<spdlog::async_logger> logger;
  std::atomic<std::uint64_t> requested_flushes{0};
};

Log::Log(LogLevel level, LogFormat format, std::vector<std::string> secrets, Sink sink)
    : level_(level), format_(format), secrets_(std::move(secrets)) {
  // Redacting a shorter text would garble ordinary words, and so short a text is not a secret.
  constexpr std::size_t kShortestSecret = 4;
  std::erase_if(secrets_,
                [](const std::string& secret) { return secret.size() < kShortestSecret; });
  output_ = std::make_unique<Output>(std::move(sink));
  output_->sink->watch_dropped(
      [queue = output_->queue.get()] { return queue->overrun_counter(); },
      [this](std::uint64_t count) {
        return line(LogLevel::warning, "log lines were dropped because they were not read in time",
                    {{"lines", static_cast<std::int64_t>(count)}});
      });
}

Log::~Log() {
  // Destroying the queue waits for its thread, which first writes the queued lines. If nobody reads
  // them, the thread discards the remaining lines once the limit has passed.
  output_->sink->give_up_after(kShutdownLimit);
  output_->queue.reset();
}

std::string Log::line(LogLevel level, std::string_view message, Fields fields) const {
  const std::string time = rfc3339_milliseconds(stockclient::system_wall_clock().now());
  std::string text = format_ == LogFormat::json ? as_json(level, time, message, fields)
                                                : as_text(level, time, message, fields);
  for (const std::string& secret : secrets_) redact(text, secret);
  return text;
}

void Log::write(LogLevel level, std::string_view message, Fields fields) {
  if (level < level_) return;
  output_->logger->log(spdlog::level::info, line(level, message, fields));
}

bool Log::flush(std::chrono::nanoseconds limit) {
  const std::uint64_t flushes = ++output_->requested_flushes;
  output_->logger->flush();
  return output_->sink->wait_for_flush(flushes, limit);
}

std::uint64_t Log::dropped_lines() const {
  return output_->queue->overrun_counter();
}

}  // namespace service
