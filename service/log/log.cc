#include "service/log/log.h"

#include <algorithm>
#include <mutex>

#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "service/json/json_writer.h"
#include "service/json/time_text.h"
#include "service/log/line_writer.h"

namespace service {
namespace {

constexpr std::size_t kMostLinesBehind = 8192;

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
    // Quoted with JSON's escapes, so that no value can begin a line of its own.
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

/// Hands each line to a function.
class CallbackSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit CallbackSink(Log::Sink callback) : callback_(std::move(callback)) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    callback_(std::string(message.payload.data(), message.payload.size()));
  }
  void flush_() override {}

 private:
  Log::Sink callback_;
};

}  // namespace

struct Log::Output {
  explicit Output(spdlog::sink_ptr sink) : logger("stock-service", std::move(sink)) {
    logger.set_level(spdlog::level::trace);
    logger.set_pattern("%v");
    logger.flush_on(spdlog::level::warn);
  }
  spdlog::logger logger;
};

Log::Log(LogLevel level, LogFormat format, std::vector<std::string> secrets, Sink sink)
    : level_(level), format_(format), secrets_(std::move(secrets)) {
  // Anything shorter would garble ordinary words, and is no secret.
  constexpr std::size_t kShortestSecret = 4;
  std::erase_if(secrets_,
                [](const std::string& secret) { return secret.size() < kShortestSecret; });
  if (sink) {
    output_ = std::make_unique<Output>(std::make_shared<CallbackSink>(std::move(sink)));
  } else {
    output_ = std::make_unique<Output>(std::make_shared<spdlog::sinks::stderr_sink_mt>());
  }
  behind_ = std::make_unique<LineWriter>(
      kMostLinesBehind,
      [this](const std::string& text) { output_->logger.log(spdlog::level::info, text); },
      [this](std::uint64_t count) {
        warning("the log cannot keep up: lines were dropped",
                {{"lines", static_cast<std::int64_t>(count)}});
      });
}

Log::~Log() {
  behind_.reset();
  output_->logger.flush();
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
  output_->logger.log(level < LogLevel::warning ? spdlog::level::info : spdlog::level::warn,
                      line(level, message, fields));
}

void Log::info_behind(std::string_view message, Fields fields) {
  if (LogLevel::info < level_) return;
  behind_->post(line(LogLevel::info, message, fields));
}

void Log::flush() {
  behind_->flush();
  output_->logger.flush();
}

}  // namespace service
