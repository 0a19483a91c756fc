#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

#include "config/problem.h"

namespace mg {

enum class TomlKind : std::uint8_t { text, integer, decimal, boolean, date, array, table };

/// A TOML document as plain values with their places; numbers keep the digits of the file ("0.001", not a
/// double).
struct TomlNode {
    struct Member;

    TomlKind kind{TomlKind::table};
    Place place;
    std::string text;             ///< of a scalar; of a date 2026-03-02; empty where it has a time
    std::vector<TomlNode> items;  ///< of an array
    std::vector<Member> members;  ///< of a table, in the order of the file

    [[nodiscard]] const TomlNode* find(std::string_view key) const;
};

struct TomlNode::Member {
    std::string key;
    Place place;
    TomlNode value;
};

struct TomlFault {
    Place place;
    Complaint complaint;
};

/// The document's table, or the first fault in its grammar. Never throws.
tl::expected<TomlNode, TomlFault> parse_toml(std::string_view text);

/// "a text", "a table": for problems.
std::string_view describe(TomlKind kind);

}  // namespace mg
