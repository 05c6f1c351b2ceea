#pragma once
/// Draws the charts in the reports of the test tools.

#include <string>
#include <string_view>

namespace test_support {

/// Formats a number with a fixed number of decimals.
[[nodiscard]] std::string fixed(double value, int decimals);

/// One SVG element, drawn shape by shape. Each shape has a class whose colour comes from style
/// rules, so that a chart works on light and dark pages. Texts must not contain characters that
/// need escaping.
///
///     Svg svg(200, 40, "Requests per second");
///     svg.box(0, 8, 120, 24, "own");
///     page += std::move(svg).finish();
class Svg {
 public:
  /// Size in pixels at full width; `label` describes the picture to screen readers. `content`, such
  /// as style rules and patterns, is put before all shapes.
  Svg(double width, double height, std::string_view label, std::string_view content = {});

  /// Adds a line of text whose baseline starts at (`x`, `y`).
  void text(double x, double y, std::string_view text, std::string_view css_class);
  /// Adds a straight line.
  void line(double x1, double y1, double x2, double y2, std::string_view css_class);
  /// Adds a rectangle; a negative width or height is drawn as 0. `tooltip` may be empty.
  void box(double x, double y, double width, double height, std::string_view css_class,
           std::string_view tooltip = {});
  /// Adds a path with the given data, such as `M0 0L10 10`.
  void path(std::string_view data, std::string_view css_class);

  /// Returns the complete SVG element; nothing may be added afterwards.
  [[nodiscard]] std::string finish() &&;

 private:
  std::string text_;
};

}  // namespace test_support
