import FoundationEssentials
import Supervisor

/// An answer of the RPC, in every form seen: `result` wrapped or bare, heights as text or number,
/// members missing or unknown.
struct RPCAnswer {
    private let body: Body

    /// - Throws: `.refused` when the node answers with an error, `.malformed` for other than JSON.
    init(_ bytes: [UInt8]) throws(RPCError) {
        guard let wire = try? JSONDecoder().decode(Wire.self, from: Data(bytes)) else {
            throw .malformed
        }
        if let error = wire.error { throw .refused(error) }
        body = wire.body
    }

    /// The error of an answer, if it is one.
    static func refusal(in bytes: [UInt8]) -> String? {
        // What is no JSON tells no reason.
        (try? JSONDecoder().decode(Wire.self, from: Data(bytes)))?.error
    }

    /// Of `/status`; the applied height is not in it.
    func heights() throws(RPCError) -> RPCHeights {
        guard let sync = body.syncInfo else { throw .malformed }
        return RPCHeights(
            stored: sync.latestHeight, applied: nil, catchingUp: sync.catchingUp,
            nodeID: body.nodeInfo?.id, network: body.nodeInfo?.network)
    }

    /// Of `/abci_info`; before the first block Go leaves the height out.
    func appliedHeight() throws(RPCError) -> Height {
        guard let response = body.response else { throw .malformed }
        return response.lastHeight ?? 0
    }

    /// Of `/abci_query`; nil when the value is empty.
    func queryValue() throws(RPCError) -> [UInt8]? {
        guard let response = body.response else { throw .malformed }
        guard response.code == 0 else { throw .refused(response.log ?? "") }
        guard let text = response.value, !text.isEmpty else { return nil }
        guard let value = Data(base64Encoded: text) else { throw .malformed }
        return Array(value)
    }
}

// MARK: - JSON

private typealias Members = KeyedDecodingContainer<AnyKey>

private struct AnyKey: CodingKey, ExpressibleByStringLiteral {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringLiteral value: String) { stringValue = value }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

// A member of another type than expected counts as missing throughout: `try?`.
extension Members {
    fileprivate func object(_ keys: AnyKey...) -> Members? {
        keys.lazy.compactMap { try? nestedContainer(keyedBy: AnyKey.self, forKey: $0) }.first
    }

    fileprivate func string(_ key: AnyKey) -> String? {
        try? decode(String.self, forKey: key)
    }

    fileprivate func bool(_ key: AnyKey) -> Bool? {
        try? decode(Bool.self, forKey: key)
    }

    fileprivate func number(_ key: AnyKey) -> Int64? {
        string(key).map { Int64($0) } ?? (try? decode(Int64.self, forKey: key))
    }
}

private struct Wire: Decodable {
    let body: Body
    let error: String?

    init(from decoder: any Decoder) throws {
        let root = try decoder.container(keyedBy: AnyKey.self)
        if let error = root.object("error") {
            self.error = [error.string("message"), error.string("data")]
                .compactMap(\.self).joined(separator: ": ")
        } else {
            error = root.string("error").flatMap { $0.isEmpty ? nil : $0 }
        }
        body = Body(root.object("result") ?? root)
    }
}

private struct Body {
    let syncInfo: SyncInfo?
    let nodeInfo: NodeInfo?
    let response: Response?

    struct SyncInfo {
        let latestHeight: Height?
        let catchingUp: Bool?
    }

    struct NodeInfo {
        let id: String?
        let network: String?
    }

    struct Response {
        let lastHeight: Height?
        let code: Int64
        let log: String?
        let value: String?
    }

    init(_ members: Members) {
        syncInfo = members.object("sync_info", "SyncInfo").map { sync in
            SyncInfo(
                latestHeight: sync.number("latest_block_height"),
                catchingUp: sync.bool("catching_up"))
        }
        nodeInfo = members.object("node_info", "NodeInfo").map { node in
            NodeInfo(id: node.string("id"), network: node.string("network"))
        }
        response = members.object("response").map { response in
            Response(
                lastHeight: response.number("last_block_height"),
                code: response.number("code") ?? 0, log: response.string("log"),
                value: response.string("value"))
        }
    }
}
