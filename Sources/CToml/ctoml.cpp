#include "CToml.h"

#include <cstdio>
#include <exception>
#include <string_view>

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_MAX_NESTED_VALUES 32
#include <toml++/toml.h>

namespace {

// toml++ bounds nested brackets but not dotted keys, each dot of which is a table in a table: the
// recursion that frees them would end the stack. No key of ours has a dot.
constexpr std::size_t most_dots = 1000;

bool fail(ctoml_error *error, std::string_view message, std::uint32_t line, std::uint32_t column) {
    std::snprintf(
        error->message, sizeof error->message, "%.*s", static_cast<int>(message.size()),
        message.data());
    error->line = line;
    error->column = column;
    return false;
}

bool is_shallow(std::string_view text, ctoml_error *error) {
    std::size_t dots = 0;
    std::uint32_t line = 1, column = 0;
    for (char byte : text) {
        ++column;
        if (byte == '.' && ++dots > most_dots)
            return fail(error, "more dots than a configuration has", line, column);
        if (byte == '\n') {
            ++line;
            column = 0;
        }
    }
    return true;
}

ctoml_kind kind_of(const toml::node &node) {
    switch (node.type()) {
    case toml::node_type::string: return CTOML_STRING;
    case toml::node_type::integer: return CTOML_INTEGER;
    case toml::node_type::floating_point: return CTOML_FLOAT;
    case toml::node_type::boolean: return CTOML_BOOLEAN;
    case toml::node_type::array: return CTOML_ARRAY;
    case toml::node_type::table: return CTOML_TABLE;
    default: return CTOML_TIME;
    }
}

ctoml_entry entry_of(const toml::key &key, const toml::node &node) {
    ctoml_entry entry{};
    entry.key = key.str().data();
    entry.key_length = key.str().size();
    entry.kind = kind_of(node);
    entry.line = key.source().begin.line;
    entry.column = key.source().begin.column;
    if (const auto *text = node.as_string()) {
        entry.text = text->get().data();
        entry.text_length = text->get().size();
    } else if (const auto *integer = node.as_integer()) {
        entry.integer = integer->get();
    } else if (const auto *boolean = node.as_boolean()) {
        entry.integer = boolean->get() ? 1 : 0;
    }
    return entry;
}

} // namespace

extern "C" bool ctoml_read(
    const char *bytes, size_t count, ctoml_visitor visit, void *context, ctoml_error *error) {
    try {
        const std::string_view text(bytes, count);
        if (!is_shallow(text, error)) return false;
        const toml::parse_result result = toml::parse(text);
        if (!result) {
            const auto &why = result.error();
            const auto where = why.source().begin;
            return fail(error, why.description(), where.line, where.column);
        }
        for (auto &&[key, node] : result.table()) {
            const ctoml_entry entry = entry_of(key, node);
            visit(context, &entry);
        }
        return true;
    } catch (const std::exception &) {
        // Memory that is not to be had.
        return fail(error, "it cannot be read for want of memory", 1, 1);
    }
}
