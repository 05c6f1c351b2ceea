#include "stockclient/domain/answer_class.h"

namespace stockclient {

std::string_view to_string(AnswerClass answer_class) noexcept {
  switch (answer_class) {
    case AnswerClass::success:
      return "success";
    case AnswerClass::not_found:
      return "not_found";
    case AnswerClass::data_missing:
      return "data_missing";
    case AnswerClass::data_fault:
      return "data_fault";
    case AnswerClass::our_fault:
      return "our_fault";
    case AnswerClass::misconfigured:
      return "misconfigured";
    case AnswerClass::unsupported:
      return "unsupported";
    case AnswerClass::throttled:
      return "throttled";
    case AnswerClass::upstream_failure:
      return "upstream_failure";
    case AnswerClass::timeout:
      return "timeout";
    case AnswerClass::blocked:
      return "blocked";
    case AnswerClass::cancelled:
      return "cancelled";
  }
  return "";
}

std::string_view to_string(Oddity oddity) noexcept {
  switch (oddity) {
    case Oddity::unknown_notice:
      return "unknown_notice";
    case Oddity::unknown_error:
      return "unknown_error";
    case Oddity::unknown_form:
      return "unknown_form";
    case Oddity::certificate_refused:
      return "certificate_refused";
    case Oddity::proxy_refused:
      return "proxy_refused";
    case Oddity::older_day_accepted:
      return "older_day_accepted";
  }
  return "";
}

}  // namespace stockclient
