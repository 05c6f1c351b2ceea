#pragma once
/// A log whose lines a test can read.

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "service/log/log.h"
#include "tests/support/eventually.h"

namespace service {

/// Collects the lines of a log.
class LogLines {
  /// The log's thread appends to this text, and tests read it after `flush`. Outlives the log.
  std::vector<std::string> lines_;

 public:
  Log log;

  explicit LogLines(LogLevel level = LogLevel::debug, LogFormat format = LogFormat::text,
                    std::vector<std::string> secrets = {})
      : log(level, format, std::move(secrets), [this](const auto& l) { lines_.push_back(l); }) {}

  /// Every line so far.
  [[nodiscard]] std::vector<std::string> all() {
    EXPECT_TRUE(log.flush(test_support::kPatience));
    return lines_;
  }

  /// Forgets every line so far.
  void clear() {
    EXPECT_TRUE(log.flush(test_support::kPatience));
    lines_.clear();
  }
};

}  // namespace service
