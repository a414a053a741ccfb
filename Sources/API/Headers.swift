/// Header fields in the order they came; names are compared without case.
package struct Headers: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    /// One field; the name is lower-case.
    package struct Field: Sendable, Equatable {
        package let name: String
        package let value: String
    }

    package private(set) var fields: [Field] = []

    package init() {}

    package init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { append(name, value) }
    }

    package mutating func append(_ name: String, _ value: String) {
        fields.append(Field(name: name.lowercased(), value: value))
    }

    /// Every value of the field, in order.
    package func all(_ name: String) -> [String] {
        fields.filter { $0.name == name }.map(\.value)
    }

    /// The first value of the field; the name in lower case.
    package subscript(name: String) -> String? {
        fields.first { $0.name == name }?.value
    }

    /// The elements of a comma-separated list, over all fields of the name, lower-case; empty ones
    /// do not count (RFC 9110 section 5.6.1).
    package func list(_ name: String) -> [String] {
        // By bytes: a letter's accent, sent behind a comma or a blank, would hide it otherwise.
        all(name).flatMap { $0.utf8.split(separator: UInt8(ascii: ",")) }.compactMap { element in
            let text = element.drop(while: \.isBlank)
            guard let end = text.lastIndex(where: { !$0.isBlank }) else { return nil }
            return String(Substring(text[...end])).lowercased()
        }
    }
}

extension UInt8 {
    fileprivate var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }
}
