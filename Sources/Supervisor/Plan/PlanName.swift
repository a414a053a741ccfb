/// The name of an upgrade, checked, with the folder it stands for.
///
/// Two names are the same plan when their folders are the same: `V2` and `v2` unless the case is
/// kept. The folder is Cosmovisor's: Go's `url.PathEscape(strings.ToLower(name))`, which leaves
/// letters, digits and `-_.~$&+:=@`, and escapes every other byte.
package struct PlanName: Sendable {
    /// The name as the chain or the operator wrote it.
    package let text: String
    /// The folder below `cosmovisor/upgrades`.
    package let directory: String

    package init(_ text: String, case letters: LetterCase) throws(PlanNameError) {
        guard !text.isEmpty else { throw .empty }
        guard text.utf8.count <= 128 else { throw .tooLong }
        guard !text.unicodeScalars.contains(where: \.isControl) else { throw .controlCharacter }
        let name = letters == .lowered ? text.lowercasedByScalar : text
        guard name != ".", name != ".." else { throw .dots }
        directory = name.pathSegmentEscaped
        guard directory.utf8.count <= 255 else { throw .tooLong }
        self.text = text
    }

    /// Whether folders are lower-cased (Cosmovisor's default) or keep the plan's case.
    package enum LetterCase: Sendable {
        case lowered, kept
    }
}

extension PlanName: Hashable {
    package static func == (left: Self, right: Self) -> Bool { left.directory == right.directory }
    package func hash(into hasher: inout Hasher) { hasher.combine(directory) }
}

/// Why a name cannot be a plan's.
package enum PlanNameError: Error, Equatable, CustomStringConvertible {
    case empty, tooLong, controlCharacter, dots

    package var description: String {
        switch self {
        case .empty: "the name is empty"
        case .tooLong: "the name is longer than 128 bytes, or than 255 as a folder"
        case .controlCharacter: "the name holds a control character"
        case .dots: "\".\" and \"..\" would leave the upgrades folder"
        }
    }
}

extension Unicode.Scalar {
    var isControl: Bool {
        properties.generalCategory == .control || value == 0x2028 || value == 0x2029
    }
}

extension String {
    /// Lower-cased scalar by scalar, as Go's `strings.ToLower` does: no context, no expansion.
    fileprivate var lowercasedByScalar: String {
        var result = ""
        for scalar in unicodeScalars {
            result.unicodeScalars.append(
                scalar.properties.lowercaseMapping.unicodeScalars.first ?? scalar)
        }
        return result
    }

    fileprivate var pathSegmentEscaped: String { percentEncoded(keeping: "-_.~$&+:=@") }
}

extension PlanName {
    /// The name that a folder stands for; the folder's own where none does.
    static func unescaped(_ directory: String, case letters: LetterCase) -> String {
        guard let text = String(validating: directory.percentDecoded, as: UTF8.self),
            (try? PlanName(text, case: letters))?.directory == directory
        else { return directory }
        return text
    }
}
