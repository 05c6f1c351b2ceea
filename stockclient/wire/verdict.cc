#include "stockclient/wire/verdict.h"

namespace stockclient {

circuitbreaker::Verdict verdict_of(AnswerClass answer_class, bool probe) noexcept {
  using circuitbreaker::Verdict;
  switch (answer_class) {
    case AnswerClass::success:
      return Verdict::success;
    case AnswerClass::upstream_failure:
      return Verdict::failure;
    case AnswerClass::timeout:
      return Verdict::timeout;
    case AnswerClass::not_found:
    case AnswerClass::data_missing:
      return probe ? Verdict::success : Verdict::ignored;
    case AnswerClass::data_fault:
    case AnswerClass::our_fault:
    case AnswerClass::misconfigured:
    case AnswerClass::unsupported:
    case AnswerClass::throttled:
    case AnswerClass::blocked:
    case AnswerClass::cancelled:
      return Verdict::ignored;
  }
  return Verdict::ignored;
}

}  // namespace stockclient
