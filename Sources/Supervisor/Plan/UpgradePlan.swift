import FoundationEssentials

/// A block height of the chain.
package typealias Height = Int64

/// What is to be applied at which height: the content of `upgrade-info.json`.
package struct UpgradePlan: Sendable, Hashable {
    package let name: PlanName
    /// Greater than 0.
    package let height: Height
    /// The plan's info as the chain carries it; empty when it has none.
    package let info: String

    /// The height is a number, as the daemon's own parser requires.
    package let isPlain: Bool

    package init(name: PlanName, height: Height, info: String = "") {
        isPlain = true
        self.name = name
        self.height = height
        self.info = info
    }

    /// Reads the JSON that x/upgrade writes, in every form seen: height as number or string, info
    /// missing, keys unknown, time zero or missing.
    ///
    /// Strict in meaning, by x/upgrade's `ValidateBasic`: a name, a height above 0, no time, no
    /// client state.
    /// - Throws: `PlanError` that says what is wrong.
    package init(json: some Sequence<UInt8>, case letters: PlanName.LetterCase) throws(PlanError) {
        let data = Data(json)
        guard !data.isEmpty else { throw .empty }
        let wire: WirePlan
        do {
            wire = try JSONDecoder().decode(WirePlan.self, from: data)
        } catch {
            throw .malformed(error.jsonReason)
        }
        guard wire.time == nil || wire.time == "0001-01-01T00:00:00Z" else { throw .timed }
        guard !wire.hasClientState else { throw .clientState }
        guard wire.height > 0 else { throw .height(wire.height) }
        do {
            name = try PlanName(wire.name, case: letters)
        } catch {
            throw .name(error)
        }
        height = wire.height
        isPlain = wire.isPlain
        info = wire.info ?? ""
    }

    /// The JSON the daemon reads: one line, height as a number, the zero time.
    package var json: Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let wire = WirePlan(
            name: name.text, time: "0001-01-01T00:00:00Z", height: height,
            info: info.isEmpty ? nil : info)
        // Encoding strings and an integer has no way to fail.
        return (try? encoder.encode(wire)) ?? Data()
    }
}

/// Why a plan cannot be understood.
package enum PlanError: Error, Equatable, CustomStringConvertible {
    case empty
    case malformed(String)
    case timed
    case clientState
    case height(Height)
    case name(PlanNameError)

    package var description: String {
        switch self {
        case .empty: "the file is empty"
        case .malformed(let reason): "not an upgrade plan: \(reason)"
        case .timed: "the plan has a time; time-based upgrades do not exist any more"
        case .clientState: "the plan has a client state, which no upgrade has any more"
        case .height(let height): "the height is \(height); it must be greater than 0"
        case .name(let error): "\(error)"
        }
    }
}

private struct WirePlan: Codable {
    let name: String
    let time: String?
    let height: Height
    let info: String?
    var isPlain = true
    /// `upgraded_client_state`, deprecated, is there and not null.
    var hasClientState = false

    enum CodingKeys: String, CodingKey {
        case name, time, height, info
        case clientState = "upgraded_client_state"
    }

    init(name: String, time: String?, height: Height, info: String?) {
        self.name = name
        self.time = time
        self.height = height
        self.info = info
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decodeIfPresent(String.self, forKey: .name) ?? ""
        time = try container.decodeIfPresent(String.self, forKey: .time)
        info = try container.decodeIfPresent(String.self, forKey: .info)
        let flexible = try container.decodeIfPresent(FlexibleHeight.self, forKey: .height)
        height = flexible?.value ?? 0
        isPlain = flexible?.isNumber ?? true
        hasClientState =
            try container.contains(.clientState) && !container.decodeNil(forKey: .clientState)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encodeIfPresent(time, forKey: .time)
        try container.encode(height, forKey: .height)
        try container.encodeIfPresent(info, forKey: .info)
    }
}

/// A height as a JSON number or, as protobuf's JSON has it, a string of digits.
package struct FlexibleHeight: Decodable, Sendable {
    package let value: Height
    package let isNumber: Bool

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            guard let value = Height(text) else {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "the height is not a number")
            }
            self.value = value
            isNumber = false
        } else {
            value = try container.decode(Height.self)
            isNumber = true
        }
    }
}

extension Error {
    /// What a JSON decoder found wrong, in a few words.
    fileprivate var jsonReason: String {
        switch self as? DecodingError {
        case .typeMismatch(_, let context), .valueNotFound(_, let context),
            .keyNotFound(_, let context):
            let key = context.codingPath.map(\.stringValue).joined(separator: ".")
            return key.isEmpty ? "the JSON is not an object" : "\"\(key)\" has the wrong type"
        case .dataCorrupted(let context):
            let key = context.codingPath.map(\.stringValue).joined(separator: ".")
            return key.isEmpty ? "the JSON is broken or incomplete" : "\"\(key)\" is not valid"
        default: return "the JSON is broken or incomplete"
        }
    }
}
