/// What `switchyard-stage` says, each in one line of JSON on its standard output.
///
/// Nothing of it is believed: it is shown to people, and a failure spares looking at the result.
package enum StageReport: Codable, Sendable, Equatable {
    /// Bytes, or for an archive bytes of it that have been read; the total is nil while unknown.
    case progress(done: Int64, total: Int64?)
    /// Everything has come, or is unpacked.
    case finished
    /// The program of a probe is about to run, shut in.
    case confined
    case failed(StageFailure)
}

/// Why a run of `switchyard-stage` came to nothing.
package struct StageFailure: Error, Codable, Sendable, Equatable {
    package var kind: Kind
    /// The very fact, as a clause: `the server answered 404 for https://…`.
    ///
    /// Of at most 300 characters, none of which controls a terminal: parts of it are a server's or an
    /// archive's.
    package let detail: String

    package enum Kind: String, Codable, Sendable, CaseIterable {
        // Of fetching.
        case schemeRefused = "scheme_refused"
        /// None at all, or one with a password in it.
        case urlRefused = "url_refused"
        case addressRefused = "address_refused"
        case redirectRefused = "redirect_refused"
        case nameUnresolved = "name_unresolved"
        case unreachable
        case tls
        case status
        case stalled
        case cut
        /// No HTTP, or not what was asked for.
        case answerBroken = "answer_broken"
        case tooLarge = "too_large"
        /// The server sends the file from its beginning again, and nothing takes back what was written.
        case startedOver = "started_over"
        // Of unpacking.
        /// No archive, or of a format that is not taken.
        case formatRefused = "format_refused"
        case archiveDamaged = "archive_damaged"
        /// An entry that no honest release has.
        case entryRefused = "entry_refused"
        case limitExceeded = "limit_exceeded"
        // Of all.
        case diskFull = "disk_full"
        /// This kernel cannot shut a process in.
        case notConfined = "not_confined"
        case system
    }

    package init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = Self.harmless(detail)
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try container.decode(Kind.self, forKey: .kind),
            try container.decode(String.self, forKey: .detail))
    }

    private static func harmless(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let shown = isHarmless(scalar) ? String(scalar) : escape(scalar)
            guard scalars.count + shown.unicodeScalars.count <= 300 else {
                return String(scalars.dropLast(max(0, scalars.count - 299))) + "…"
            }
            scalars.append(contentsOf: shown.unicodeScalars)
        }
        return String(scalars)
    }

    /// Formats and unassigned ones are out, too: they turn the direction of writing, or hide.
    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate,
            .unassigned:
            false
        default: true
        }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        "\\u{" + String(scalar.value, radix: 16) + "}"
    }
}
