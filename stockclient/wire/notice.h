#pragma once
/// What the upstream's notices and error messages mean. Their wordings change and move between
/// keys, so they only pick the kind of refusal; whether there are data is decided before.

#include <string_view>

#include "stockclient/domain/answer_class.h"

namespace stockclient {

/// Reads the text of `Error Message`. One that no rule knows is an upstream failure.
[[nodiscard]] Fault read_error_message(std::string_view text);

/// Reads the text of `Note` or `Information`. One that no rule knows is taken for throttling, which
/// is what nearly all of them are.
[[nodiscard]] Fault read_notice(std::string_view text);

/// Whether a text that comes with data says that they are samples, made up for illustration.
[[nodiscard]] bool says_artificial(std::string_view text);

}  // namespace stockclient
