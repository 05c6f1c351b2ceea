#pragma once
/// The bodies of data answers. Pure functions; numbers keep the upstream's decimal text.

#include <cstddef>
#include <optional>
#include <string>

#include "stockclient/domain/answer.h"

namespace service {

/// What is not in the record but shown with it.
struct Presentation {
  std::optional<stockclient::StaleReason> stale_reason;
  /// Of a quote.
  std::optional<std::string> currency;
  /// Of a history: how many bars, newest first.
  std::size_t days = 0;
};

/// The JSON of whatever the record holds.
[[nodiscard]] std::string data_json(const stockclient::Record& record,
                                    const Presentation& presentation);

}  // namespace service
