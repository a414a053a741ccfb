import CToml

/// The keys at the root of a TOML document.
struct TOMLDocument: Equatable {
    /// In alphabetical order.
    let entries: [Entry]

    struct Entry: Equatable {
        let key: String
        let value: Value
        let place: TextPlace
    }

    /// What a key may have; of what no setting is, only the kind.
    enum Value: Equatable {
        case string(String)
        case integer(Int64)
        case boolean(Bool)
        case other(String)

        /// What it is, as a refusal says it.
        var kind: String {
            switch self {
            case .string: "a string"
            case .integer: "an integer"
            case .boolean: "a boolean"
            case .other(let kind): kind
            }
        }
    }

    init(_ bytes: [UInt8]) throws(TOMLError) {
        var found: [Entry] = []
        var error = ctoml_error()
        let isRead = withUnsafeMutablePointer(to: &found) { found in
            bytes.withUnsafeBytes { content in
                ctoml_read(
                    content.baseAddress?.assumingMemoryBound(to: CChar.self), content.count,
                    { context, entry in
                        guard let context, let entry else { return }
                        context.assumingMemoryBound(to: [Entry].self).pointee
                            .append(Entry(entry.pointee))
                    }, found, &error)
            }
        }
        guard isRead else { throw TOMLError(error) }
        entries = found
    }
}

/// A place in a file, counted from 1.
struct TextPlace: Sendable, Equatable {
    let line: Int
    let column: Int

    /// For an operator who has to go there.
    func inWords(of path: String) -> String {
        "\(quoted(path)), line \(line), column \(column)"
    }
}

/// Why a text is no TOML.
struct TOMLError: Error, Equatable {
    let message: String
    let place: TextPlace

    fileprivate init(_ error: ctoml_error) {
        message = withUnsafeBytes(of: error.message) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        place = TextPlace(line: Int(error.line), column: Int(error.column))
    }
}

extension TOMLDocument.Entry {
    fileprivate init(_ entry: ctoml_entry) {
        key = Self.text(entry.key, entry.key_length)
        place = TextPlace(line: Int(entry.line), column: Int(entry.column))
        value =
            switch entry.kind {
            case CTOML_STRING: .string(Self.text(entry.text, entry.text_length))
            case CTOML_INTEGER: .integer(entry.integer)
            case CTOML_BOOLEAN: .boolean(entry.integer != 0)
            case CTOML_FLOAT: .other("a number with a fraction")
            case CTOML_ARRAY: .other("an array")
            case CTOML_TABLE: .other("a table")
            default: .other("a date or time")
            }
    }

    private static func text(_ start: UnsafePointer<CChar>?, _ count: Int) -> String {
        String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
    }
}
