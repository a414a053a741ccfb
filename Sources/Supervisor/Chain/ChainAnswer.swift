/// What a node answers to a `ChainQuestion`, read from a protobuf message that anybody may have made.
///
/// Field numbers are those of the SDK's `cosmos.upgrade.v1beta1`, `cosmos.base.node.v1beta1` and
/// `cosmos.base.tendermint.v1beta1`, the same from 0.40 to 0.53. Unknown fields are passed over, and
/// of a field that comes twice the last one counts, as protobuf has it.
package enum ChainAnswer {
    private typealias Reader = ProtobufReader<ArraySlice<UInt8>>

    /// Of `.currentPlan`; nil when the chain has none.
    ///
    /// A plan's time and its Any are of older chains and mean nothing here.
    package static func plan(in message: [UInt8]) throws(ProtobufError) -> ChainPlan? {
        var found: ArraySlice<UInt8>?
        var response = Reader(message[...])
        while let field = try response.next() {
            if case (1, .bytes(let bytes)) = field { found = bytes }
        }
        guard let found else { return nil }
        var plan = ChainPlan(name: "", height: 0, info: "")
        var reader = Reader(found)
        while let field = try reader.next() {
            switch field {
            case (1, .bytes(let bytes)): plan.name = try text(bytes)
            case (3, .varint(let value)): plan.height = Height(bitPattern: value)
            case (4, .bytes(let bytes)): plan.info = try text(bytes)
            default: continue
            }
        }
        return plan
    }

    /// Of `.appliedPlan`; nil when it never was.
    package static func appliedHeight(in message: [UInt8]) throws(ProtobufError) -> Height? {
        var height: Height = 0
        var reader = Reader(message[...])
        while let field = try reader.next() {
            if case (1, .varint(let value)) = field { height = Height(bitPattern: value) }
        }
        return height > 0 ? height : nil
    }

    /// Of `.settings`: the height that the node is told to halt at, 0 for none.
    ///
    /// - Returns: Nil for what no height can be.
    package static func haltHeight(in message: [UInt8]) throws(ProtobufError) -> Height? {
        var height: UInt64 = 0
        var reader = Reader(message[...])
        while let field = try reader.next() {
            if case (4, .varint(let value)) = field { height = value }
        }
        return Height(exactly: height)
    }

    /// Who answers a question, as far as it is said.
    package struct Identity: Sendable, Equatable {
        /// The node's own id, in lower-case hex.
        package var node: String?
        /// The chain's.
        package var network: String?
    }

    /// Of `.identity`.
    package static func identity(in message: [UInt8]) throws(ProtobufError) -> Identity {
        var identity = Identity()
        var reader = Reader(message[...])
        while let field = try reader.next() {
            guard case (1, .bytes(let node)) = field else { continue }
            var inner = Reader(node)
            while let field = try inner.next() {
                switch field {
                case (2, .bytes(let bytes)): identity.node = try text(bytes).lowercased()
                case (4, .bytes(let bytes)): identity.network = try text(bytes)
                default: continue
                }
            }
        }
        return identity
    }

    /// Protobuf's strings are UTF-8.
    private static func text(_ bytes: ArraySlice<UInt8>) throws(ProtobufError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .malformed }
        return text
    }
}
