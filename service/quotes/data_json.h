#pragma once
/// The JSON bodies of data answers.

#include <cstddef>
#include <optional>
#include <string>

#include "stockclient/domain/answer.h"

namespace service {

/// The parts of an answer that are not in the record.
struct Presentation {
  std::optional<stockclient::StaleReason> stale_reason;  ///< Empty for a fresh answer.
  std::optional<std::string> currency;                   ///< Currency of a quote, if known.
  std::size_t days = 0;        ///< Number of a history's bars to show, newest first.
  bool is_end_of_day = false;  ///< The quote changes only after the close.
};

/// Renders the record's data as one JSON object. Numbers keep the upstream's decimal text; unknown
/// figures are `null`. Pure, safe from any thread.
[[nodiscard]] std::string data_json(const stockclient::Record& record,
                                    const Presentation& presentation);

}  // namespace service
