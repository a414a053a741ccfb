import FoundationEssentials

/// Any JSON value; what events carry.
package enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// `null` for nil.
    package init(_ text: String?) { self = text.map(JSONValue.string) ?? .null }
    package init(_ number: Int64?) { self = number.map(JSONValue.integer) ?? .null }
    package init(_ number: Int32?) { self = number.map { .integer(Int64($0)) } ?? .null }
    package init(_ number: Double?) { self = number.map(JSONValue.number) ?? .null }
    package init(_ moment: Date?) { self.init(moment?.rfc3339) }

    /// Seconds, rounded to milliseconds.
    package init(seconds duration: Duration?) { self.init(duration?.roundedSeconds) }

    /// A member of an object; nil for other values, and when it is not there.
    package subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[name]
    }

    package var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    package var integer: Int64? {
        guard case .integer(let number) = self else { return nil }
        return number
    }

    package var bool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }
}

extension JSONValue: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let values): try container.encode(values)
        case .object(let members): try container.encode(members)
        }
    }
}

extension Duration {
    /// Seconds, rounded to milliseconds.
    package var roundedSeconds: Double {
        let (seconds, attoseconds) = components
        let milliseconds = (attoseconds + 500_000_000_000_000) / 1_000_000_000_000_000
        return Double(seconds * 1000 + milliseconds) / 1000
    }
}
