/// What the RPC says of a node, in CometBFT's JSON-RPC envelope.
struct RPC {
    /// Who the node says it is.
    struct Identity {
        let id: String
        let network: String
        let moniker: String
        let name: String
        let version: String
        /// Heights are numbers, and there are members that no node has.
        let isOdd: Bool

        init(_ settings: Settings, version: String) {
            let file = trimmed(Files.text("\(settings.home)/config/node_id"))
            let absent = String(repeating: "0", count: 40)
            id = settings["node_id"] ?? (file.isEmpty ? absent : String(file))
            network = settings["network"] ?? "simchain-1"
            moniker = settings["moniker"] ?? "sim"
            name = settings.name
            self.version = version
            isOdd = settings.isOn("rpc_numbers")
        }
    }

    let identity: Identity
    let state: ChainState
    let plans: [Plan]
    let isCatchingUp: Bool
    let haltHeight: Int

    static let empty = envelope("{}")

    static let notFound = HTTPReply(
        "{\"jsonrpc\":\"2.0\",\"id\":-1,"
            + "\"error\":{\"code\":-32601,\"message\":\"Method not found\"}}",
        status: "404 Not Found")

    var status: HTTPReply {
        let height = "\"latest_block_height\":\(number(state.stored))"
        let time = "\"latest_block_time\":\"\(state.time.rfc3339)\""
        let sync = "{\"latest_block_hash\":\"\",\(height),\(time),\"catching_up\":\(isCatchingUp)}"
        return Self.envelope(
            "{\(foreign)\"node_info\":\(nodeInfo),\"sync_info\":\(sync),\"validator_info\":{}}")
    }

    private func number(_ height: Int) -> String {
        identity.isOdd ? "\(height)" : "\"\(height)\""
    }

    /// Members that only look like those that count.
    private var foreign: String {
        let decoy = "\"peers\":[{\"sync_info\":{\"latest_block_height\":\"1\"}}]"
        return identity.isOdd ? "\(decoy),\"latest_block_height\":7," : ""
    }

    /// Go's omitempty leaves out a height of 0.
    var abciInfo: HTTPReply {
        let height = state.applied == 0 ? "" : ",\"last_block_height\":\(number(state.applied))"
        let hash = ",\"last_block_app_hash\":\"\(appHash)\""
        let about = "\"data\":\(JSON.quoted(identity.name))"
        let version = ",\"version\":\(JSON.quoted(identity.version))"
        return Self.envelope("{\"response\":{\(about)\(version)\(height)\(hash)}}")
    }

    /// - Parameter query: what follows `abci_query?`, still percent-encoded.
    func abciQuery(_ query: Substring) -> HTTPReply {
        let parameters = Self.parameters(query)
        let path = parameters["path"].map { $0.filter { $0 != "\"" } } ?? ""
        switch path {
        case "/cosmos.upgrade.v1beta1.Query/CurrentPlan":
            return response(value: state.currentPlan(of: plans).map(Protobuf.currentPlan) ?? [])
        case "/cosmos.upgrade.v1beta1.Query/AppliedPlan":
            guard let bytes = Spelling.hex(parameters["data"] ?? ""),
                let name = Protobuf.requestedName(bytes)
            else { return response(value: [], code: 18, log: "invalid request") }
            return response(value: Protobuf.appliedPlan(height: state.done[name] ?? 0))
        case "/cosmos.base.node.v1beta1.Service/Config":
            return response(value: Protobuf.settings(haltHeight: haltHeight))
        default:
            return response(value: [], code: 6, log: "unknown query path")
        }
    }

    private var nodeInfo: String {
        "{\"id\":\(JSON.quoted(identity.id)),\"network\":\(JSON.quoted(identity.network)),"
            + "\"version\":\"0.38.17\",\"moniker\":\(JSON.quoted(identity.moniker))}"
    }

    private var appHash: String {
        Spelling.base64(Array("\(state.applied) \(state.done.count)".utf8))
    }

    private func response(value: [UInt8], code: Int = 0, log: String = "") -> HTTPReply {
        let value = value.isEmpty ? "null" : "\"\(Spelling.base64(value))\""
        let outcome = "\"code\":\(code),\"log\":\"\(log)\",\"info\":\"\",\"index\":\"0\""
        let content = "\"key\":null,\"value\":\(value),\"proofOps\":null"
        let place = "\"height\":\"\(state.applied)\",\"codespace\":\"\(code == 0 ? "" : "sdk")\""
        return Self.envelope("{\"response\":{\(outcome),\(content),\(place)}}")
    }

    private static func envelope(_ result: String) -> HTTPReply {
        HTTPReply("{\"jsonrpc\":\"2.0\",\"id\":-1,\"result\":\(result)}")
    }

    private static func parameters(_ query: Substring) -> [String: String] {
        var parameters: [String: String] = [:]
        for part in query.split(separator: "&") {
            let pair = part.split(separator: "=", maxSplits: 1)
            if pair.count == 2 { parameters[String(pair[0])] = decoded(pair[1]) }
        }
        return parameters
    }

    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            if byte == UInt8(ascii: "%"), let value = UInt8(digits, radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
