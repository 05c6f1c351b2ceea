#pragma once
/// Completes the answer that cpp-httplib has begun: fields that differ from answer to answer, the
/// response's own fields, and the body, behind the status line and Content-Length.

#include <ctime>
#include <string>

#include "service/http/http_message.h"

namespace service {

/// What decides about an answer besides its response.
struct AnswerTraits {
  bool keep_alive = true;
  bool http_1_0 = false;
  /// The answer to HEAD: everything but the body.
  bool head_only = false;
};

/// Thread-safety: none; it keeps the text of the current second.
class AnswerWriter {
 public:
  /// `out` ends with the head that cpp-httplib wrote, blank line included. A field whose name or
  /// value could break out of its line is left out.
  void finish(const HttpResponse& response, const AnswerTraits& traits, std::string& out);

  /// RFC 9110 section 8.6: not in 1xx and 204; 304 would have to repeat the length of the 200.
  [[nodiscard]] static bool has_content_length(int status) noexcept {
    return status >= 200 && status != 204 && status != 304;
  }

 private:
  void append_date(std::string& out);

  std::time_t second_ = 0;
  std::string date_line_;
};

}  // namespace service
