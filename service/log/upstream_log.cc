#include "service/log/upstream_log.h"

#include "service/json/time_text.h"
#include "service/log/log.h"

namespace service {
namespace {

bool needs_an_operator(stockclient::AnswerClass answer_class) {
  using stockclient::AnswerClass;
  return answer_class == AnswerClass::misconfigured || answer_class == AnswerClass::our_fault ||
         answer_class == AnswerClass::blocked;
}

}  // namespace

void UpstreamLog::attempt_ended(stockclient::Function function,
                                stockclient::AnswerClass answer_class,
                                std::chrono::nanoseconds took) noexcept {
  next_.attempt_ended(function, answer_class, took);
  const Log::Fields fields{{"function", to_string(function)},
                           {"class", to_string(answer_class)},
                           {"seconds", std::chrono::duration<double>(took).count()}};
  needs_an_operator(answer_class) ? log_.warning("upstream call refused", fields)
                                  : log_.debug("upstream call ended", fields);
}

void UpstreamLog::oddity_seen(stockclient::Function function, stockclient::Oddity oddity,
                              std::string_view detail) noexcept {
  next_.oddity_seen(function, oddity, detail);
  log_.warning(
      "upstream call returned something unexpected",
      {{"function", to_string(function)}, {"kind", to_string(oddity)}, {"detail", detail}});
}

void UpstreamLog::figures_unreadable(const stockclient::Query& query, stockclient::Figure figure,
                                     std::uint32_t count) noexcept {
  next_.figures_unreadable(query, figure, count);
  log_.warning("upstream data contain unusable figures",
               {{"function", to_string(query.function)},
                {"symbol", query.argument},
                {"figure", to_string(figure)},
                {"count", static_cast<std::int64_t>(count)}});
}

void UpstreamLog::hold_began(std::string_view reason, stockclient::WallTime until) noexcept {
  next_.hold_began(reason, until);
  const std::string end = rfc3339(until);
  log_.warning("no upstream calls are made", {{"reason", reason}, {"until", end}});
}

void UpstreamLog::day_quota_left(std::uint32_t left) noexcept {
  next_.day_quota_left(left);
  constexpr std::uint32_t kFew = 10;
  constexpr std::uint32_t kStep = 100;
  if (left <= kFew || left % kStep == 0)
    log_.info("calls left in the daily quota", {{"left", static_cast<std::int64_t>(left)}});
}

}  // namespace service
