// What toml++ (https://marzer.github.io/tomlplusplus/) reads of a TOML document, for a language
// that shall neither see C++ nor its exceptions.
#ifndef CTOML_H
#define CTOML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    CTOML_STRING,
    CTOML_INTEGER,
    CTOML_FLOAT,
    CTOML_BOOLEAN,
    CTOML_TIME,
    CTOML_ARRAY,
    CTOML_TABLE,
} ctoml_kind;

/// One key of the document's root, valid during the visit alone. No text ends with a null.
typedef struct {
    const char *key;
    size_t key_length;
    ctoml_kind kind;
    /// Of a string.
    const char *text;
    size_t text_length;
    /// Of an integer; of a boolean 0 or 1.
    int64_t integer;
    /// Where the key is, from 1.
    uint32_t line;
    uint32_t column;
} ctoml_entry;

/// Why there is nothing to read, and where; the message ends with a null.
typedef struct {
    char message[256];
    uint32_t line;
    uint32_t column;
} ctoml_error;

typedef void (*ctoml_visitor)(void *context, const ctoml_entry *entry);

/// Visits the keys of the root in alphabetical order.
///
/// False, with nothing visited and the error filled in, for what is no TOML, and for more nesting
/// than the stack is sure to bear.
bool ctoml_read(
    const char *bytes, size_t count, ctoml_visitor visit, void *context, ctoml_error *error);

#ifdef __cplusplus
}
#endif

#endif
