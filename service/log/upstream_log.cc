#include "service/log/upstream_log.h"

#include "service/json/time_text.h"
#include "service/log/log.h"

namespace service {
namespace {

bool needs_an_operator(const stockclient::Failure* failure) {
  using stockclient::FailureKind;
  return failure != nullptr &&
         (failure->kind == FailureKind::misconfigured || failure->kind == FailureKind::our_fault ||
          failure->kind == FailureKind::blocked);
}

}  // namespace

void UpstreamLog::attempt_ended(stockclient::Function function, const stockclient::Failure* failure,
                                std::chrono::nanoseconds duration) noexcept {
  const std::string_view answer_class =
      failure == nullptr ? "success" : traits(failure->kind).answer_class;
  const Log::Fields fields{{"function", to_string(function)},
                           {"class", answer_class},
                           {"seconds", std::chrono::duration<double>(duration).count()}};
  needs_an_operator(failure) ? log_.warning("upstream call refused", fields)
                             : log_.debug("upstream call ended", fields);
}

void UpstreamLog::oddity_seen(stockclient::Function function, stockclient::Oddity oddity,
                              std::string_view detail) noexcept {
  log_.warning(
      "upstream call returned something unexpected",
      {{"function", to_string(function)}, {"kind", to_string(oddity)}, {"detail", detail}});
}

void UpstreamLog::figures_unreadable(const stockclient::Query& query, stockclient::Figure figure,
                                     std::uint32_t count) noexcept {
  log_.warning("upstream data contain unusable figures",
               {{"function", to_string(query.function)},
                {"symbol", query.argument},
                {"figure", to_string(figure)},
                {"count", static_cast<std::int64_t>(count)}});
}

void UpstreamLog::hold_began(stockclient::FailureKind reason,
                             stockclient::WallTime until) noexcept {
  const std::string end = rfc3339(until);
  log_.warning("no upstream calls are made", {{"reason", to_string(reason)}, {"until", end}});
}

void UpstreamLog::day_quota_left(std::uint32_t left) noexcept {
  constexpr std::uint32_t kFew = 10;
  constexpr std::uint32_t kStep = 100;
  if (left <= kFew || left % kStep == 0)
    log_.info("calls left in the daily quota", {{"left", static_cast<std::int64_t>(left)}});
}

}  // namespace service
