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

    /// The elements of a comma-separated list, over all fields of the name, lower-case.
    package func list(_ name: String) -> [String] {
        all(name).flatMap { $0.split(separator: ",") }.map { element in
            String(element.drop(while: \.isBlank).reversed().drop(while: \.isBlank).reversed())
                .lowercased()
        }
    }
}

extension Character {
    fileprivate var isBlank: Bool { self == " " || self == "\t" }
}
