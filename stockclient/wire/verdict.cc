#include "stockclient/wire/verdict.h"

namespace stockclient {

circuitbreaker::Verdict verdict_of(FailureKind kind, bool is_probe) noexcept {
  using circuitbreaker::Verdict;
  switch (kind) {
    case FailureKind::upstream_failure:
    case FailureKind::maintenance:
      return Verdict::failure;
    case FailureKind::timeout:
      return Verdict::timeout;
    case FailureKind::not_found:
    case FailureKind::data_missing:
      return is_probe ? Verdict::success : Verdict::ignored;
    default:
      return Verdict::ignored;
  }
}

}  // namespace stockclient
