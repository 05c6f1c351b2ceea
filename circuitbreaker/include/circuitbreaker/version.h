#pragma once
/// The version of this library, for the preprocessor. Versions are compatible as long as the minor
/// version is the same.
///
///     #if CIRCUITBREAKER_VERSION >= 200   // 0.2.0

/// First part of the version.
#define CIRCUITBREAKER_VERSION_MAJOR 0
/// Second part of the version.
#define CIRCUITBREAKER_VERSION_MINOR 2
/// Third part of the version.
#define CIRCUITBREAKER_VERSION_PATCH 0
/// The version as one number: 10000 × major + 100 × minor + patch.
#define CIRCUITBREAKER_VERSION                                                 \
  (CIRCUITBREAKER_VERSION_MAJOR * 10000 + CIRCUITBREAKER_VERSION_MINOR * 100 + \
   CIRCUITBREAKER_VERSION_PATCH)
