import Supervisor

/// A JSON text (RFC 8259) as a request sends it, read strictly.
///
/// Kept apart from the decoder of the library, which takes the last of two equal members, and would
/// let a client and a proxy in front disagree about what was asked for.
struct JSONText: Equatable {
    let value: JSONValue
    /// JSON Pointers (RFC 6901) of members that are there twice.
    let repeated: [String]

    /// Arrays and objects within one another.
    static let depthLimit = 16

    init(_ bytes: [UInt8]) throws(JSONTextError) {
        var reader = JSONReader(bytes: bytes)
        value = try reader.text()
        repeated = reader.repeated
    }
}

/// Where a text is no JSON, and why.
struct JSONTextError: Error, Equatable {
    /// Bytes from the text's beginning.
    let offset: Int
    /// A clause: "a comma or a closing bracket is missing".
    let reason: String
}
