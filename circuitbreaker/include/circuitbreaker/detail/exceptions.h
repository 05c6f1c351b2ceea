#pragma once
/// Lets the headers catch exceptions and still compile with -fno-exceptions: not part of the public
/// interface.

#ifdef __cpp_exceptions
#define CIRCUITBREAKER_TRY try
#define CIRCUITBREAKER_CATCH_ALL catch (...)
#else
#define CIRCUITBREAKER_TRY if (true)
#define CIRCUITBREAKER_CATCH_ALL if (false)
#endif
