#include "tests/support/svg.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace test_support {
namespace {

std::string attribute(std::string_view name, std::string_view value) {
  std::string text(" ");
  return text.append(name).append("=\"").append(value).append("\"");
}

std::string attribute(std::string_view name, double value) {
  return attribute(name, fixed(value, 1));
}

}  // namespace

std::string fixed(double value, int decimals) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return text.data();
}

Svg::Svg(double width, double height, std::string_view label, std::string_view content)
    : text_("<svg xmlns=\"http://www.w3.org/2000/svg\"") {
  text_ += attribute("viewBox", "0 0 " + fixed(width, 0) + ' ' + fixed(height, 0));
  text_ += attribute("role", "img") + attribute("aria-label", label) + ">\n";
  text_ += content;
}

void Svg::text(double x, double y, std::string_view text, std::string_view css_class) {
  text_ += "<text" + attribute("x", x) + attribute("y", y) + attribute("class", css_class) + '>';
  text_.append(text).append("</text>\n");
}

void Svg::line(double x1, double y1, double x2, double y2, std::string_view css_class) {
  path("M" + fixed(x1, 1) + ' ' + fixed(y1, 1) + 'L' + fixed(x2, 1) + ' ' + fixed(y2, 1),
       css_class);
}

void Svg::box(double x, double y, double width, double height, std::string_view css_class,
              std::string_view tooltip) {
  text_ += "<rect" + attribute("x", x) + attribute("y", y) +
           attribute("width", std::max(width, 0.0)) + attribute("height", std::max(height, 0.0)) +
           attribute("class", css_class);
  if (tooltip.empty()) {
    text_ += "/>\n";
  } else {
    text_.append("><title>").append(tooltip).append("</title></rect>\n");
  }
}

void Svg::path(std::string_view data, std::string_view css_class) {
  text_ += "<path" + attribute("class", css_class) + attribute("d", data) + "/>\n";
}

std::string Svg::finish() && {
  return std::move(text_) + "</svg>\n";
}

}  // namespace test_support
