extension Release {
    /// Where an operator names the Cosmos SDK's version of a binary that does not tell it.
    package var sdkVersionFile: String { path + "/sdk-version" }

    /// The operator's word: the first line of that file; nil where there is none.
    ///
    /// Blocks, as `builtSDK` does.
    var namedSDK: String? {
        // One that cannot be read names nothing.
        guard let reading = try? ForeignFile.read(sdkVersionFile, limit: 4096) else { return nil }
        let text = String(decoding: reading.bytes, as: UTF8.self)
        return text.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
    }

    /// It runs the daemon under a name that is not known.
    var isScript: Bool {
        if case .script = ProgramFacts(self, environment: [], cache: LoaderCache()) { return true }
        return false
    }

    /// What Go's linker wrote of the module.
    var builtSDK: String? {
        GoBuildInfo(program: binary)?.version(of: "github.com/cosmos/cosmos-sdk")
    }

    func style(of version: String) -> Result<HaltStyle, HeightTrouble> {
        guard let style = SDKVersion(version)?.haltStyle else {
            return .failure(
                .unknown(self, "how SDK \"\(version.prefix(64))\" halts is not known"))
        }
        return .success(style)
    }
}

/// The member `cosmos_sdk_version` of what `version --long --output json` prints.
enum PrintedSDKVersion {
    /// Looked for in the text itself: warnings may come before the JSON, and its end be cut off.
    static func find(in text: String) -> String? {
        guard let key = text.firstRange(of: "\"cosmos_sdk_version\"") else { return nil }
        let parts = text[key.upperBound...].prefix(256)
            .split(separator: "\"", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].allSatisfy({ $0 == ":" || $0.isWhitespace }) else {
            return nil
        }
        return String(parts[1])
    }
}

extension HeightTrouble {
    static let notAsked = HeightTrouble(
        reason: "the SDK version of the present binary is being looked for",
        remedy: "wait a moment")

    static func unknown(_ release: Release, _ why: String) -> Self {
        HeightTrouble(
            reason: "the SDK version of \(release.directory) is not known: \(why)",
            remedy:
                "name it: echo 0.50.11 >\(release.sdkVersionFile), with the version that it was "
                + "built with")
    }
}
