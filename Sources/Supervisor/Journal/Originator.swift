/// Who made something happen; `actor` in the API, a word that Swift has taken.
package struct Originator: Codable, Sendable, Hashable {
    package let kind: Kind
    /// Of a peer.
    package let uid: UInt32?
    /// Of a token.
    package let id: String?
    /// A name for people: of the user, of the token.
    package let label: String?

    package enum Kind: String, Codable, Sendable, CaseIterable {
        /// A process of this host, known by the kernel.
        case peer
        case token
        /// The chain, a timer, or ourselves.
        case system
    }

    package init(kind: Kind, uid: UInt32? = nil, id: String? = nil, label: String? = nil) {
        self.kind = kind
        self.uid = uid
        self.id = id
        self.label = label
    }

    /// For people: what it is called, else what it is known by.
    package var name: String { label ?? id ?? uid.map { "uid \($0)" } ?? kind.rawValue }

    package static let system = Originator(kind: .system)

    package var json: JSONValue {
        .object([
            "kind": .string(kind.rawValue), "uid": JSONValue(uid.map(Int64.init)),
            "id": JSONValue(id), "label": JSONValue(label),
        ])
    }

    /// Nil when it is no originator's.
    package init?(json: JSONValue) {
        guard let kind = json["kind"]?.string.flatMap(Kind.init) else { return nil }
        self.kind = kind
        uid = json["uid"]?.integer.flatMap(UInt32.init(exactly:))
        id = json["id"]?.string
        label = json["label"]?.string
    }
}
