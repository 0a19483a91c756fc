#pragma once

/// A program that links slow_names.cpp has a getaddrinfo() of its own: name servers that take their time. It
/// must be linked as a source of the program, not from a library, so that it stands before the C library's.
///
/// "NAME.hang.test" is never answered; "NAME.1500ms.test" is 127.0.0.1, after 1.5 s. All others are asked for
/// as ever.
namespace mg {

/// How many lookups of such names were begun in this process.
int slow_lookups();

}  // namespace mg
