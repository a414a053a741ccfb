/// A JSON text (RFC 8259) as others send it, read strictly.
///
/// Kept apart from the decoder of the library, which takes the last of two equal members, and would
/// let two readers disagree about what was said.
package struct JSONText: Equatable {
    package let value: JSONValue
    /// JSON Pointers (RFC 6901) of members that are there twice.
    package let repeated: [String]

    /// Arrays and objects within one another.
    package static let depthLimit = 16

    package init(_ bytes: [UInt8]) throws(JSONTextError) {
        var reader = JSONReader(bytes: bytes)
        value = try reader.text()
        repeated = reader.repeated
    }
}

/// Where a text is no JSON, and why.
package struct JSONTextError: Error, Equatable {
    /// Bytes from the text's beginning.
    package let offset: Int
    /// A clause: "a comma or a closing bracket is missing".
    package let reason: String

    package init(offset: Int, reason: String) {
        self.offset = offset
        self.reason = reason
    }
}
