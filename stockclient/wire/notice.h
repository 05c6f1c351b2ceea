#pragma once
/// The meaning of the upstream's notices and error messages.
///
/// Wordings change and move between keys, so they only determine the kind of refusal; whether an
/// answer contains data is decided earlier (see classify.h). The rules ignore URLs. Pure functions,
/// safe from any thread; the cost is bounded, because only the first 4096 bytes of a text are read.

#include <string_view>

#include "stockclient/domain/failure.h"

namespace stockclient {

/// Interprets the text of an `Error Message`. A text that no rule recognises is an
/// `upstream_failure`.
[[nodiscard]] Failure read_error_message(std::string_view text);

/// Interprets the text of a `Note` or an `Information`. A text that no rule recognises is treated
/// as a throttle, because nearly all of these texts are.
[[nodiscard]] Failure read_notice(std::string_view text);

/// Whether a text next to the data says that the data are artificial samples.
[[nodiscard]] bool says_artificial(std::string_view text);

}  // namespace stockclient
