/// Why a plan's info does not lead to a binary.
package struct SourceRefusal: Error, Sendable, Equatable {
    package let kind: Kind
    /// A clause that says what is wrong; strangers' words in it are quoted, escaped and short.
    package let reason: String

    init(_ kind: Kind, _ reason: String) {
        self.kind = kind
        self.reason = reason
    }

    /// Its raw value is a stable name.
    package enum Kind: String, Sendable, CaseIterable {
        // The info.
        case infoBlank = "info-blank"
        case infoText = "info-text"
        case infoBrokenJSON = "info-broken-json"
        case infoNoObject = "info-no-object"
        /// What an address led to is an address again.
        case infoAddressAgain = "info-address-again"
        case binariesMissing = "binaries-missing"
        case binariesNoObject = "binaries-no-object"
        // Its entries.
        case entryMissing = "entry-missing"
        case entryNoText = "entry-no-text"
        case keyRepeated = "key-repeated"
        case keysAlike = "keys-alike"
        // An address.
        case addressAbsent = "address-absent"
        case addressTooLong = "address-too-long"
        case addressMalformed = "address-malformed"
        case addressCredentials = "address-credentials"
        case addressFolder = "address-folder"
        case archiveUnknown = "archive-unknown"
        case localPath = "local-path"
        /// Of this host, and it cannot be read.
        case localFile = "local-file"
        case scheme
        // What it names.
        case sourceArchive = "source-archive"
        case page
        case noProgram = "no-program"
        case otherPlatform = "other-platform"
        // Its checksum.
        case checksumMissing = "checksum-missing"
        case checksumMalformed = "checksum-malformed"
        case checksumRepeated = "checksum-repeated"
        case checksumWeak = "checksum-weak"
        // A list of checksums.
        case listTooLarge = "list-too-large"
        case listMalformed = "list-malformed"
        case listWithoutName = "list-without-name"
        case listContradictory = "list-contradictory"
    }

    /// What helps, in one sentence.
    package var remedy: String {
        switch kind {
        case .checksumWeak:
            "Stage the binary and pin its SHA-256 with expected_sha256 of the plan, or set "
                + "SWITCHYARD_ALLOW_WEAK_CHECKSUMS to have it checked, without trust."
        case .checksumMissing:
            "Stage the binary and pin its digest with expected_sha256 of the plan, or unset "
                + "DAEMON_DOWNLOAD_MUST_HAVE_CHECKSUM."
        case .sourceArchive:
            "Build the binary or find the released one, stage it, and pin its digest with "
                + "expected_sha256 of the plan."
        case .localFile: "Name a regular file that the supervisor may read, not a link."
        case .page, .infoText:
            "Read there which binary is meant, stage it, and pin its digest with expected_sha256 "
                + "of the plan."
        default:
            "Stage the binary, and pin its digest with expected_sha256 of the plan."
        }
    }
}

extension SourceRefusal {
    static func brokenJSON(_ error: JSONTextError, in text: String) -> SourceRefusal {
        let before = text.utf8.prefix(error.offset)
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let column = before.reversed().prefix { $0 != UInt8(ascii: "\n") }.count + 1
        return SourceRefusal(
            .infoBrokenJSON,
            "the info is broken JSON: \(error.reason) (line \(line), column \(column))")
    }
}
