/// The member `binaries` of a plan's info: addresses by platform, with an entry `any` for all others.
package struct PlanBinaries: Sendable, Equatable {
    private let entries: [String: JSONValue]
    /// Keys that are there twice.
    private let repeated: Set<String>

    /// The entry that is for a platform.
    struct Entry: Equatable {
        let key: String
        let address: String
        var remarks: [String] = []
    }

    init(_ json: JSONText) throws(SourceRefusal) {
        guard case .object(let members) = json.value else {
            throw SourceRefusal(.infoNoObject, "the info is JSON, but no object with binaries")
        }
        guard let binaries = members["binaries"] else {
            let keys = members.keys.sorted()
            throw SourceRefusal(
                .binariesMissing,
                "the info has no member \"binaries\""
                    + (keys.isEmpty ? "" : ", only \(keys.inQuotes)"))
        }
        guard !json.repeated.contains("/binaries") else {
            throw SourceRefusal(.keyRepeated, "the info has the member \"binaries\" twice")
        }
        guard case .object(let entries) = binaries else {
            throw SourceRefusal(
                .binariesNoObject, "the info's binaries are no object of addresses by platform")
        }
        self.entries = entries
        repeated = Set(json.repeated.compactMap(Self.key))
    }

    /// The key of `binaries` that a JSON Pointer leads to.
    private static func key(_ pointer: String) -> String? {
        let names = pointer.split(separator: "/", omittingEmptySubsequences: false)
        guard names.count == 3, names[1] == "binaries" else { return nil }
        return String(names[2]).replacing("~1", with: "/").replacing("~0", with: "~")
    }

    /// The platform's own entry, else that for `any`.
    ///
    /// Only what is wrong with that one entry counts: what another platform's says stops nobody here.
    func entry(for platform: String) throws(SourceRefusal) -> Entry {
        let key = entries[platform] == nil ? "any" : platform
        guard let value = entries[key] else { throw missing(platform) }
        guard !repeated.contains(key) else {
            throw SourceRefusal(.keyRepeated, "the info has two entries for \(key)")
        }
        let alike = entries.first {
            $0.key != key && $0.key.lowercased() == key && $0.value != value
        }
        if let alike {
            throw SourceRefusal(
                .keysAlike,
                "the info's entries for \(key) and \(alike.key.inQuotes) differ, and their keys only "
                    + "in case")
        }
        guard case .string(let address) = value else {
            throw SourceRefusal(.entryNoText, "the info's entry for \(key) is no text")
        }
        return Entry(key: key, address: address, remarks: remarks(on: key, for: platform))
    }

    private func remarks(on key: String, for platform: String) -> [String] {
        var remarks: [String] = []
        if key != platform {
            remarks.append("there is no entry for \(platform), so any's is taken")
        }
        let others = repeated.subtracting([key]).sorted()
        if !others.isEmpty { remarks.append("there are two entries for \(others.inQuotes)") }
        return remarks
    }

    // MARK: - Nothing for this platform

    private func missing(_ platform: String) -> SourceRefusal {
        let keys = entries.keys.sorted()
        let reason = "the info names no binary for \(platform)"
        guard !keys.isEmpty else {
            return SourceRefusal(.entryMissing, reason + ": its binaries are empty")
        }
        let hints = keys.compactMap { hint($0, platform) }.prefix(3)
        return SourceRefusal(
            .entryMissing,
            reason + ", only for \(keys.inQuotes)"
                + (hints.isEmpty ? "" : "; " + hints.joined(separator: "; ")))
    }

    /// What a key may have been meant as; it is not taken for that.
    private func hint(_ key: String, _ platform: String) -> String? {
        let machine = platform.split(separator: "/").last.map(String.init) ?? ""
        let others = machine == "amd64" ? ["x86_64", "x86-64", "x64"] : ["aarch64", "armv8"]
        let plain = key.lowercased().replacing("_", with: "/").replacing("-", with: "/")
        let quoted = key.inQuotes
        if key.lowercased() == "docker" { return "\(quoted) names an image, no file" }
        if key.lowercased() == platform || key.lowercased() == "any" {
            return "\(quoted) is written otherwise than in lower case"
        }
        if key != platform, key.hasSuffix("-" + platform) {
            return "\(quoted) names one program of several"
        }
        let spellings = [platform, "linux", machine] + others.flatMap { ["linux/" + $0, $0] }
        let isNear = spellings.contains {
            plain == $0.replacing("_", with: "/").replacing("-", with: "/")
        }
        return isNear ? "\(quoted) is not how \(platform) is written" : nil
    }
}
