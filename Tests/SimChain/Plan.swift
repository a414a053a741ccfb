/// An upgrade plan as governance made it.
struct Plan: Equatable {
    let name: String
    let height: Int
    let info: String

    /// The text of upgrade-info.json, when the plan is hit in the block of that height.
    func json(at height: Int) -> String {
        let info = info.isEmpty ? "" : ",\"info\":\(JSON.quoted(info))"
        let time = "\"time\":\"\(Self.zeroTime)\""
        return "{\"name\":\(JSON.quoted(name)),\(time),\"height\":\(height)\(info)}"
    }

    static let zeroTime = "0001-01-01T00:00:00Z"
}

/// What upgrade-info.json says, read as the app does at every start.
enum PlanFile {
    case absent
    case plan(Plan)
    /// The app panics with this text.
    case refused(String)

    init(path: String, sdk: SDK) {
        guard let bytes = Files.bytes(path) else {
            self = .absent
            return
        }
        do {
            self = .plan(try Self.plan(bytes, sdk))
        } catch {
            self = .refused(error.text)
        }
    }

    private static func plan(_ bytes: [UInt8], _ sdk: SDK) throws(JSONError) -> Plan {
        let members: [String: JSON]
        switch try JSON(parsing: bytes) {
        case .object(let found): members = found
        case .null: members = [:]
        case let other: throw .mismatch(other.kind, "value of type types.Plan")
        }
        let name = try string(members["name"], "name")
        let plan = Plan(
            name: name, height: try height(members["height"]),
            info: try string(members["info"], "info"))
        // ValidateBasic came with x/upgrade 0.1.0.
        guard !sdk.panics else { return plan }
        let time = try string(members["time"], "time")
        if !time.isEmpty && time != Plan.zeroTime {
            throw JSONError("time-based upgrades have been deprecated in the SDK: invalid request")
        }
        if name.isEmpty { throw JSONError("name cannot be empty: invalid request") }
        if plan.height <= 0 {
            throw JSONError("height must be greater than 0: invalid request")
        }
        return plan
    }

    private static func string(_ value: JSON?, _ field: String) throws(JSONError) -> String {
        switch value {
        case nil, .null: return ""
        case .string(let text): return text
        case .some(let other): throw .mismatch(other.kind, "field Plan.\(field) of type string")
        }
    }

    private static func height(_ value: JSON?) throws(JSONError) -> Int {
        switch value {
        case nil, .null: return 0
        case .number(let text):
            guard let height = Int(text) else {
                throw .mismatch("number \(text)", "field Plan.height of type int64")
            }
            return height
        case .some(let other): throw .mismatch(other.kind, "field Plan.height of type int64")
        }
    }
}

extension JSONError {
    fileprivate static func mismatch(_ kind: String, _ place: String) -> JSONError {
        JSONError("json: cannot unmarshal \(kind) into Go struct \(place)")
    }
}
