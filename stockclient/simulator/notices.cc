#include "stockclient/simulator/notices.h"

#include <nlohmann/json.hpp>

namespace stockclient::simulator {
namespace {

std::string notice(std::string_view key, std::string_view text) {
  nlohmann::json object;
  object[std::string(key)] = text;
  return object.dump(4, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

std::string throttled_second() {
  return notice("Information",
                "Thank you for using Alpha Vantage! Please consider spreading out your free API "
                "requests more sparingly (1 request per second). You may subscribe to any of the "
                "premium plans at https://www.alphavantage.co/premium/ to lift the free key rate "
                "limit (25 requests per day), raise the per-second burst limit, and instantly "
                "unlock all premium endpoints");
}

std::string throttled_minute(std::size_t calls_per_minute) {
  return notice("Note", "Thank you for using Alpha Vantage! Our standard API call frequency is " +
                            std::to_string(calls_per_minute) +
                            " calls per minute and 500 calls per day. Please visit "
                            "https://www.alphavantage.co/premium/ if you would like to target a "
                            "higher API call frequency.");
}

std::string throttled_day(std::string_view key, std::size_t requests_per_day) {
  return notice("Information",
                "We have detected your API key as " + std::string(key) +
                    " and our standard API rate limit is " + std::to_string(requests_per_day) +
                    " requests per day, 5 calls per minute and 100 calls per month. Please visit "
                    "https://www.alphavantage.co/premium/ if you would like to target a higher "
                    "API call frequency.");
}

std::string key_missing() {
  return notice("Error Message",
                "the parameter apikey is invalid or missing. Please claim your free API key on "
                "(https://www.alphavantage.co/support/#api-key). It should take less than 20 "
                "seconds.");
}

std::string unknown_function(std::string_view function) {
  return notice("Error Message",
                "This API function (" + std::string(function) + ") does not exist.");
}

std::string invalid_call(std::string_view function) {
  return notice("Error Message",
                "Invalid API call. Please retry or visit the documentation "
                "(https://www.alphavantage.co/documentation/) for " +
                    std::string(function) + ".");
}

std::string premium_endpoint() {
  return notice("Information",
                "Thank you for using Alpha Vantage! This is a premium endpoint. You may subscribe "
                "to any of the premium plans at https://www.alphavantage.co/premium/ to instantly "
                "unlock all premium endpoints");
}

std::string premium_full_output() {
  return notice("Information",
                "Thank you for using Alpha Vantage! The outputsize=full parameter value is a "
                "premium feature for the TIME_SERIES_DAILY endpoint. You may subscribe to any of "
                "the premium plans at https://www.alphavantage.co/premium/ to instantly unlock "
                "all premium features");
}

}  // namespace stockclient::simulator
