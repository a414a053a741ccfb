import FoundationEssentials
import Yams

/// Any JSON value; members keep the order they were written in, which does not count.
enum JSON: Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([(name: String, value: JSON)])

    static func == (left: JSON, right: JSON) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): left == right
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)):
            left.count == right.count
                && left.sorted { $0.name < $1.name }.elementsEqual(
                    right.sorted { $0.name < $1.name }, by: ==)
        default: false
        }
    }
}

// MARK: - From YAML

extension JSON {
    /// What a YAML document means as JSON.
    init(_ node: Node) {
        switch node {
        case .mapping(let mapping):
            self = .object(
                mapping.map { (name: $0.scalar?.string ?? "", value: JSON($1)) })
        case .sequence(let sequence): self = .array(sequence.map(JSON.init))
        case .scalar(let scalar): self = JSON(scalar, of: node)
        // The document uses no anchors.
        case .alias: self = .null
        }
    }

    private init(_ scalar: Node.Scalar, of node: Node) {
        let isQuoted = scalar.style != .plain && scalar.style != .any
        if isQuoted {
            self = .string(scalar.string)
        } else if node.null != nil {
            self = .null
        } else if let bool = node.bool {
            self = .bool(bool)
        } else {
            // A time or a digest is no number, even if its beginning is.
            self = Double(scalar.string).map(JSON.number) ?? .string(scalar.string)
        }
    }
}

// MARK: - To text

extension JSON {
    /// The text in lines that break at each member down to that depth, so that changes stay small.
    func lines(depth: Int) -> [String] {
        guard depth > 0, case .object(let members) = self, !members.isEmpty else { return [text] }
        var lines = ["{"]
        for (index, member) in members.enumerated() {
            let comma = index + 1 < members.count ? "," : ""
            var inner = member.value.lines(depth: depth - 1)
            inner[0] = JSON.string(member.name).text + ":" + inner[0]
            inner[inner.count - 1] += comma
            lines += inner
        }
        return lines + ["}"]
    }

    private var text: String {
        switch self {
        case .null: "null"
        case .bool(let bool): "\(bool)"
        case .number(let number):
            number == number.rounded() && abs(number) < 1e15 ? "\(Int(number))" : "\(number)"
        case .string(let string): Self.quoted(string)
        case .array(let items): "[" + items.map(\.text).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { Self.quoted($0) + ":" + $1.text }.joined(separator: ",") + "}"
        }
    }

    private static func quoted(_ string: String) -> String {
        var text = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += #"\""#
            case #"\"#: text += #"\\"#
            case "\n": text += #"\n"#
            case "\t": text += #"\t"#
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}

extension JSON: Decodable {
    init(from decoder: any Decoder) throws {
        if let object = try? decoder.container(keyedBy: Key.self) {
            self = .object(
                try object.allKeys.map {
                    (name: $0.stringValue, value: try object.decode(JSON.self, forKey: $0))
                })
            return
        }
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let string = try? value.decode(String.self) {
            self = .string(string)
        } else {
            self = .array(try value.decode([JSON].self))
        }
    }

    private struct Key: CodingKey {
        let stringValue: String
        let intValue: Int? = nil

        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { return nil }
    }
}
